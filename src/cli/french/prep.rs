//! `prep` and `depot`: PCs that are prepared.

use super::Words;

const PROFILE: &str = "Le profil (TOML) ; les fichiers qu'il nomme sont à côté de lui ou dans le dépôt";
const PROFILE_DEPOT: &str =
    "Le dossier du dépôt, pour les fichiers qui ne sont pas à côté du profil [par défaut : celui que nomme le profil]";
const PROFILE_NAMES: &str = "Le fichier des noms déjà pris, pour une étape qui en attribue un au PC [par défaut : celui que nomme le profil, sinon names.json dans le dépôt, sinon à côté du profil]";
const SET: &str = "La valeur d'une variable du profil, par exemple customer=Tilleuls ; peut être répété";
const STATE: &str =
    "Le dossier de la préparation : son journal, et de quoi continuer après un redémarrage [par défaut : {default}]";
const SECRETS: &str =
    "Prendre les secrets du profil dans ce fichier scellé par age ; tels quels sur l'entrée standard si FICHIER est -";
const IDENTITY: &str = "L'ouvrir avec cette identité (d'age-keygen) ; sans elle, la phrase secrète est demandée";
const PREP_FORMAT: &str = "Comment l'écrire ; json est une ligne pour chaque chose qui se passe [par défaut : terminal]";

const NAMES_DEPOT: &str = "Le dossier du dépôt, qui garde aussi les noms [par défaut : TROUSSE_DEPOT dans l'environnement]";
const NAMES_FILE: &str = "Le fichier des noms [par défaut : names.json dans le dépôt]";
const DEPOT: &str = "Le dossier du dépôt [par défaut : TROUSSE_DEPOT dans l'environnement, sinon depot]";

pub(super) const WORDS: &[Words] = &[
    ("prep", "", "Préparer ce PC selon un profil : une étape n'est faite que si un second regard n'y trouve plus rien à faire."),
    (
        "prep plan",
        "",
        "Montrer chaque changement que ferait la préparation, sans rien toucher. Code de sortie 0 : rien à faire ; 1 : quelque chose ; 10 : un redémarrage est attendu ; 20 : une étape ne peut pas être examinée ; 30 : profil refusé.",
    ),
    ("prep plan", "profile", PROFILE),
    ("prep plan", "depot", PROFILE_DEPOT),
    ("prep plan", "names", PROFILE_NAMES),
    ("prep plan", "name", "Le nom attribué à ce PC, quand il a été réservé ailleurs"),
    ("prep plan", "set", SET),
    ("prep plan", "state", STATE),
    ("prep plan", "format", PREP_FORMAT),
    (
        "prep run",
        "",
        "Faire chaque changement, regarder à nouveau après chacun, continuer après les redémarrages et les coupures de courant. Code de sortie 0 : le PC est conforme au profil ; 10 : un redémarrage est attendu ; 20 : une étape a échoué ; 30 : refusé avant de rien toucher.",
    ),
    ("prep run", "profile", PROFILE),
    ("prep run", "depot", PROFILE_DEPOT),
    ("prep run", "names", PROFILE_NAMES),
    ("prep run", "name", "Le nom attribué à ce PC, quand il a été réservé ailleurs"),
    ("prep run", "set", SET),
    ("prep run", "state", STATE),
    ("prep run", "format", PREP_FORMAT),
    (
        "prep run",
        "reboot",
        "Redémarrer le PC quand une étape en a besoin, et continuer tout seul ; sans cette option, le redémarrage vous revient",
    ),
    ("prep run", "secrets", SECRETS),
    ("prep run", "identity", IDENTITY),
    ("prep run", "tell", "Écrire aussi ce qui se passe dans ce fichier, ligne par ligne, comme --format json"),
    ("prep run", "technician", "Qui prépare le PC, pour sa fiche de préparation"),
    ("prep run", "resumed", "Le PC continue tout seul, après son démarrage"),
    (
        "prep verify",
        "",
        "Montrer exactement ce qui a changé depuis la préparation : tel que laissé, tel que constaté. Code de sortie 0 : le PC est conforme au profil ; 1 : quelque chose ne l'est plus ; 20 : une étape ne peut pas être examinée ; 30 : ce PC n'a pas été préparé jusqu'au bout avec ce profil, ou la fiche est celle d'un autre PC.",
    ),
    ("prep verify", "profile", PROFILE),
    ("prep verify", "depot", PROFILE_DEPOT),
    ("prep verify", "names", PROFILE_NAMES),
    ("prep verify", "name", "Le nom attribué à ce PC, quand il a été réservé ailleurs"),
    ("prep verify", "set", SET),
    ("prep verify", "state", STATE),
    ("prep verify", "format", PREP_FORMAT),
    ("prep verify", "sheet", "Comparer avec cette fiche de préparation (JSON) [par défaut : ce que dit le journal de ce PC]"),
    (
        "prep status",
        "",
        "Montrer où en est la préparation de ce PC, d'après son journal. Code de sortie 0 : prêt ; 1 : en cours ou interrompue ; 10 : un redémarrage est attendu ; 20 : une étape a échoué ; 30 : il n'y en a pas.",
    ),
    ("prep status", "state", "Le dossier de la préparation [par défaut : {default}]"),
    ("prep status", "format", "Comment l'écrire [par défaut : terminal]"),
    (
        "prep secrets",
        "",
        "Sceller des secrets par une phrase secrète dans un nouveau fichier, pour --secrets : chacun est demandé, rien ne s'en affiche.",
    ),
    ("prep secrets", "file", "Le fichier, par exemple guichet.age"),
    ("prep secrets", "names", "Le nom de chacun, par exemple ADMIN_PASSWORD : le password_from d'une étape"),
    (
        "prep bench",
        "",
        "Préparer plusieurs PC à la fois par SSH : le programme, le profil et ses fichiers sont déposés sur chacun, la préparation y continue seule et est suivie à travers les redémarrages et les coupures. Code de sortie : le plus élevé ; 0 : prêt ; 10 : un redémarrage est attendu ; 20 : une étape a échoué, ou le PC a été perdu de vue ; 30 : refusé, ou injoignable.",
    ),
    ("prep bench", "profile", PROFILE),
    ("prep bench", "depot", PROFILE_DEPOT),
    (
        "prep bench",
        "names",
        "Le fichier des noms déjà pris, pour une étape qui en attribue un à chaque PC [par défaut : celui que nomme le profil, sinon names.json dans le dépôt, sinon à côté du profil]",
    ),
    ("prep bench", "hosts", "Les PC, un par ligne : address, user, port, et des variables du profil (CSV ou TOML)"),
    (
        "prep bench",
        "set",
        "La valeur d'une variable du profil pour tous les PC, par exemple customer=Tilleuls ; peut être répété",
    ),
    ("prep bench", "user", "L'utilisateur à la connexion, quand la liste n'en dit rien [par défaut : votre propre nom]"),
    (
        "prep bench",
        "key",
        "Se connecter avec cette clé privée et aucune autre ; peut être répété [par défaut : celles de l'agent et de ~/.ssh]",
    ),
    (
        "prep bench",
        "ask_password",
        "Demander le mot de passe de l'utilisateur, pour la connexion et pour sudo ; TROUSSE_SSH_PASSWORD dans l'environnement convient aussi",
    ),
    (
        "prep bench",
        "accept_new_keys",
        "Croire sur parole, une fois, un PC dont la clé n'est pas connue, et la retenir ; une clé qui a changé est refusée quand même",
    ),
    (
        "prep bench",
        "known_hosts",
        "D'où les clés des PC sont connues [par défaut : ~/.ssh/known_hosts et /etc/ssh/ssh_known_hosts]",
    ),
    ("prep bench", "jump", "Atteindre chaque PC par celui-ci, par exemple technicien@10.0.0.1:22"),
    (
        "prep bench",
        "program",
        "Déposer ce programme sur les PC auxquels il convient : trousse.exe pour Windows, un autre pour un autre processeur ; peut être répété [par défaut : celui-ci, que reçoivent aussi les autres PC sous Linux]",
    ),
    ("prep bench", "jobs", "En préparer autant à la fois [par défaut : 64]"),
    (
        "prep bench",
        "patience",
        "Attendre aussi longtemps, en minutes, un PC qui a été joint et ne donne plus signe de vie [par défaut : 15]",
    ),
    ("prep bench", "secrets", SECRETS),
    ("prep bench", "identity", IDENTITY),
    (
        "prep bench",
        "format",
        "Comment écrire les résultats ; json est une ligne pour chaque chose qui se passe [par défaut : terminal]",
    ),
    ("prep bench", "output", "Écrire les résultats dans FICHIER ; peut être répété, par exemple -o parc.html -o parc.csv"),
    (
        "prep bench",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    ("prep attend", "", "Répondre au poste qui a déposé ce programme ici, sur l'entrée et la sortie standard"),
    ("prep attend", "silence", "S'arrêter quand le poste n'a rien dit depuis autant de secondes [par défaut : 600]"),
    (
        "prep sheet",
        "",
        "Écrire la fiche de préparation d'un PC : lequel c'est, chaque étape avant et après avec sa preuve, ce qui n'est pas fait. Code de sortie 0 : le PC est prêt ; 1 : préparation en cours ou interrompue ; 10 : un redémarrage est attendu ; 20 : une étape a échoué ; 30 : il n'y en a pas, ou la fiche a été modifiée.",
    ),
    ("prep sheet", "state", "Le dossier de la préparation, même copié d'un autre PC [par défaut : {default}]"),
    ("prep sheet", "from", "Une fiche conservée (JSON), au lieu d'une préparation"),
    ("prep sheet", "technician", "Qui a préparé le PC [par défaut : tel qu'indiqué à la préparation]"),
    ("prep sheet", "format", "Comment l'écrire ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("prep sheet", "output", "Écrire la fiche dans FICHIER ; peut être répété, comme -o fiche.pdf -o fiche.json"),
    (
        "prep sheet",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    ("prep names", "", "Montrer ou compléter les noms de PC déjà pris : aucun PC n'en reçoit un."),
    (
        "prep names import",
        "",
        "Reprendre les noms donnés par d'autres : tableaux (CSV, Excel .xlsx ou LibreOffice .ods) d'un annuaire ou d'un outil de télémaintenance, et ce qui a répondu sur un réseau. Code de sortie 0 : tous ; 1 : quelque chose y est illisible, ou dit autrement à qui est un nom ; 30 : refusé.",
    ),
    (
        "prep names import",
        "tables",
        "Les tableaux ; la colonne des noms se reconnaît à son titre, comme celle des numéros de série. Sans tableau ni --seen, une liste est commencée où aucun nom n'est pris",
    ),
    (
        "prep names import",
        "seen",
        "Les noms qui ont répondu à une intervention : un dossier créé par --record, ou un rapport en JSON ; peut être répété",
    ),
    ("prep names import", "depot", NAMES_DEPOT),
    ("prep names import", "names", NAMES_FILE),
    ("prep names list", "", "Montrer qui a quel nom."),
    ("prep names list", "depot", NAMES_DEPOT),
    ("prep names list", "names", NAMES_FILE),
    ("prep names list", "format", "Comment l'écrire [par défaut : terminal]"),
    (
        "depot",
        "",
        "Garder les paquets des profils dans un dossier ou sur un partage que les postes de préparation ont en commun.",
    ),
    ("depot add", "", "Mettre des fichiers dans le dépôt ; il est créé s'il n'existe pas."),
    ("depot add", "files", "Les fichiers"),
    ("depot add", "depot", DEPOT),
    ("depot add", "replace", "Chacun peut prendre la place d'un autre du même nom"),
    ("depot list", "", "Montrer ce que contient le dépôt."),
    ("depot list", "depot", DEPOT),
    ("depot list", "format", "Comment l'écrire [par défaut : terminal]"),
    (
        "depot verify",
        "",
        "Recalculer l'empreinte de chaque paquet, et nommer ceux qui sont modifiés, tronqués, manquants ou inconnus. Code de sortie 0 : tout est tel que déposé ; 1 : quelque chose ne l'est pas ; 3 : quelque chose n'a pas pu être lu.",
    ),
    ("depot verify", "depot", DEPOT),
    ("depot verify", "format", "Comment l'écrire [par défaut : terminal]"),
    (
        "prep new",
        "",
        "Écrire un profil en demandant à quoi il sert ; ce qu'une option donne n'est pas demandé. Sans personne au terminal, ce qui n'est pas donné a sa valeur habituelle.",
    ),
    ("prep new", "title", "À quoi il sert, par exemple « PC de bureau »"),
    ("prep new", "system", "Le système des PC"),
    (
        "prep new",
        "name",
        "Comment ils s'appellent : TILLEULS-{nn} compte, {numero} se donne à chaque préparation, - n'y touche pas",
    ),
    ("prep new", "administrator", "L'identifiant d'un administrateur ; - pour aucun"),
    ("prep new", "packages", "Le dossier des paquets et installateurs, à côté du profil ou en dessous ; - pour aucun"),
    ("prep new", "awake", "Si le PC reste éveillé sur secteur"),
    ("prep new", "updates", "Si le système est mis à jour"),
    ("prep new", "restart", "Si le PC redémarre à la fin"),
    ("prep new", "defaults", "Ne rien demander : ce qui n'est pas donné a sa valeur habituelle"),
    ("prep new", "output", "Écrire le profil dans FICHIER"),
    ("prep new", "overwrite", "Écraser FICHIER s'il existe"),
];
