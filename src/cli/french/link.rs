//! `link`: the cable, the switch, the outlets.

use super::Words;

const SWITCH: &str =
    "Un commutateur à interroger en SNMP ; peut être répété [par défaut : ceux du plan qui disent comment les interroger]";
const COMMUNITY_FILE: &str = "Le fichier dont la première ligne est la communauté ; TROUSSE_SNMP_COMMUNITY dans l'environnement convient aussi. Sans l'un ni l'autre, elle est demandée au terminal";
const COMMUNITY: &str = "La communauté ; quiconque travaille sur cette machine peut l'y lire";

pub(super) const WORDS: &[Words] = &[
    (
        "link",
        "",
        "Interroger la carte réseau sur son lien et son câble : conforme, non conforme ou non mesurable, comme un testeur.",
    ),
    (
        "link poe",
        "",
        "Interroger des commutateurs en SNMP sur leur alimentation PoE : chaque port expliqué, le budget, et si d'autres appareils peuvent être branchés.",
    ),
    ("link poe", "switches", SWITCH),
    ("link poe", "community_file", COMMUNITY_FILE),
    ("link poe", "community", COMMUNITY),
    ("link poe", "will_fit", "Les classes d'appareils à brancher, comme 4,4,4 : code de retour 1 s'ils ne peuvent pas l'être"),
    ("link poe", "site", "Le plan du site (TOML)"),
    ("link poe", "record", "Enregistrer l'intervention dans DOSSIER, pour trousse replay"),
    ("link poe", "format", "Comment le rapport est écrit ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("link poe", "output", "Écrire le rapport dans FICHIER ; peut être répété, comme -o rapport.pdf -o rapport.json"),
    (
        "link poe",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    ("link", "interface", "L'interface ; elle n'a besoin ni d'adresse ni de lien [par défaut : celle de la route par défaut]"),
    (
        "link",
        "cable_test",
        "Chercher coupures et courts-circuits sur chaque paire du câble ; le lien tombe quelques secondes. Avec --switch, c'est ce commutateur qui teste, de son côté, et il faut une communauté qui peut écrire",
    ),
    ("link", "yes", "Faire tomber le lien sans demander"),
    (
        "link",
        "listen",
        "Combien de temps attendre un voisin qui ne s'annonce pas : LLDP vient toutes les 30 s, CDP toutes les 60 s ; 0 n'écoute pas [par défaut : 60]",
    ),
    ("link", "outlet", "L'étiquette de la prise murale où le portable est branché, comme dans le plan"),
    ("link", "switches", SWITCH),
    ("link", "community_file", COMMUNITY_FILE),
    ("link", "community", COMMUNITY),
    ("link", "site", "Le plan du site (TOML)"),
    ("link", "record", "Enregistrer l'intervention dans DOSSIER, pour trousse replay"),
    ("link", "format", "Comment le rapport est écrit ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("link", "output", "Écrire le rapport dans FICHIER ; peut être répété, comme -o rapport.pdf -o rapport.json"),
    (
        "link",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    (
        "link locate",
        "",
        "Trouver le port où une carte est branchée, en interrogeant les commutateurs en SNMP, de voisin en voisin.",
    ),
    ("link locate", "whom", "La carte (b8:27:eb:00:00:01) ou son adresse (192.168.1.7)"),
    ("link locate", "interface", "L'interface [par défaut : celle de la route par défaut]"),
    ("link locate", "switches", SWITCH),
    ("link locate", "community_file", COMMUNITY_FILE),
    ("link locate", "community", COMMUNITY),
    ("link locate", "site", "Le plan du site (TOML)"),
    ("link locate", "record", "Enregistrer l'intervention dans DOSSIER, pour trousse replay"),
    ("link locate", "format", "Comment le rapport est écrit ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("link locate", "output", "Écrire le rapport dans FICHIER ; peut être répété, comme -o rapport.pdf -o rapport.json"),
    (
        "link locate",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    (
        "link certify",
        "",
        "Recette des prises, l'une après l'autre : brancher, attendre le son, passer à la suivante. Une recette interrompue reprend où elle en était. Chaque prise est mesurée dès que son lien s'établit et comparée à un profil ; un son : conforme, deux : non conforme. Touches : s passer, n aucun lien ne vient, m mesurer le lien présent, r refaire la précédente, q terminer.",
    ),
    (
        "link certify",
        "interface",
        "L'interface ; elle n'a besoin ni d'adresse ni de lien [par défaut : celle de la route par défaut]",
    ),
    ("link certify", "plan", "La liste des prises (CSV : label, panel, switch, port, vlan, voice_vlan, profile)"),
    ("link certify", "prefix", "Sans liste : les lettres avant le numéro de chaque prise, A pour A1, A2 …"),
    ("link certify", "from", "Le numéro de la première prise ; 01 donne A01 [par défaut : 1]"),
    ("link certify", "to", "Le numéro de la dernière prise [par défaut : 48]"),
    ("link certify", "site", "Le plan du site (TOML) ; ses prises sont mesurées s'il n'y a pas de liste"),
    (
        "link certify",
        "profile",
        "Ce que doivent valoir les prises sans profil : gigabit-office, poe-access-point, telephone, camera, temporary-event, ou un fichier (TOML) [par défaut : gigabit-office]",
    ),
    (
        "link certify",
        "journal",
        "Le journal, que reprend une recette suivante [par défaut : LISTE.certify.jsonl dans ce dossier]",
    ),
    ("link certify", "retest", "Retourner aux prises non conformes ou laissées de côté"),
    ("link certify", "outlet", "N'aller qu'à cette prise, mesurée ou non ; peut être répété"),
    (
        "link certify",
        "listen",
        "Combien de temps attendre à chaque prise un voisin qui ne s'annonce pas : LLDP vient toutes les 30 s ; 0 n'écoute pas [par défaut : 32]",
    ),
    ("link certify", "no_sound", "Ne faire aucun son"),
    ("link certify", "record", "Enregistrer chaque mesure dans un dossier à elle sous DOSSIER, pour trousse replay"),
    ("link certify", "report", "Ne rien mesurer : écrire le certificat d'un journal"),
    ("link certify", "format", "Comment le certificat est écrit ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("link certify", "output", "Écrire le certificat dans FICHIER ; peut être répété"),
    (
        "link certify",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
];
