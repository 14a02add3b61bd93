//! The help of every command in French. The words in English stand in the code of each command; a test keeps both complete.

use clap::builder::Resettable;
use clap::{Arg, ArgAction, Command};

const SWITCH: &str =
    "Un commutateur à interroger en SNMP ; peut être répété [par défaut : ceux du plan qui disent comment les interroger]";
const COMMUNITY_FILE: &str = "Le fichier dont la première ligne est la communauté ; TROUSSE_SNMP_COMMUNITY dans l'environnement convient aussi. Sans l'un ni l'autre, elle est demandée au terminal";
const VISIT: &str = "Le dossier de l'intervention [par défaut : celui de l'intervention ouverte]";
const COMMUNITY: &str = "La communauté ; quiconque travaille sur cette machine peut l'y lire";
const PROFILE: &str = "Le profil (TOML) ; les fichiers qu'il nomme sont à côté de lui ou dans le dépôt";
const PROFILE_DEPOT: &str =
    "Le dossier du dépôt, pour les fichiers qui ne sont pas à côté du profil [par défaut : celui que nomme le profil]";
const PROFILE_NAMES: &str = "Le fichier des noms déjà pris, pour une étape qui en attribue un au PC [par défaut : celui que nomme le profil, sinon names.json dans le dépôt, sinon à côté du profil]";
const SET: &str = "La valeur d'une variable du profil, par exemple customer=Tilleuls ; peut être répété";
const STATE: &str =
    "Le dossier de la préparation : son journal, et de quoi continuer après un redémarrage [par défaut : /var/lib/trousse/prep]";
const SECRETS: &str =
    "Prendre les secrets du profil dans ce fichier scellé par age ; tels quels sur l'entrée standard si FICHIER est -";
const IDENTITY: &str = "L'ouvrir avec cette identité (d'age-keygen) ; sans elle, la phrase secrète est demandée";
const PREP_FORMAT: &str = "Comment l'écrire ; json est une ligne pour chaque chose qui se passe [par défaut : terminal]";

const NAMES_DEPOT: &str =
    "Le dossier du dépôt, qui garde aussi les noms [par défaut : TROUSSE_DEPOT dans l'environnement, sinon depot]";
const NAMES_FILE: &str = "Le fichier des noms [par défaut : names.json dans le dépôt]";
const DEPOT: &str = "Le dossier du dépôt [par défaut : TROUSSE_DEPOT dans l'environnement, sinon depot]";

/// The help of a command (`""`) or of one of its arguments, by the name of the command (`""` for the program).
const WORDS: &[(&str, &str, &str)] = &[
    ("", "", "La trousse du technicien : trouve ce qui ne va pas sur un réseau, à partir du câble."),
    ("", "lang", "La langue de tout ce qui est affiché [par défaut : celle du système]"),
    ("scan", "", "Trouver qui est sur le segment, quelle adresse est détenue deux fois et par qui."),
    (
        "scan",
        "targets",
        "Préfixes, plages ou adresses : 192.168.1.0/24, 192.168.1.10-20, 192.168.1.7 [par défaut : le préfixe de l'interface]",
    ),
    ("scan", "interface", "L'interface [par défaut : celle de la route par défaut]"),
    ("scan", "rate", "Requêtes par seconde, ou max [par défaut : 1000]"),
    ("scan", "quick", "Ne pas écouter 3 s de plus un second détenteur tardif"),
    ("scan", "site", "Le plan du site (TOML)"),
    ("scan", "record", "Enregistrer l'intervention dans DOSSIER, pour trousse replay"),
    ("scan", "yes", "Interroger même quand c'est long"),
    (
        "scan",
        "leases",
        "Baux ou réservations d'un serveur DHCP, pour distinguer une adresse louée d'une adresse fixe ; peut être répété",
    ),
    ("scan", "leases_format", "Le format de ces fichiers, quand il n'est pas reconnu"),
    (
        "scan",
        "pool",
        "Configuration d'un serveur DHCP (dnsmasq.conf, dhcpd.conf, kea-dhcp4.conf, config.xml), pour connaître ses plages ; peut être répété",
    ),
    ("scan", "format", "Comment le rapport est écrit ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("scan", "output", "Écrire le rapport dans FICHIER ; peut être répété, comme -o rapport.pdf -o rapport.json"),
    (
        "scan",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    ("dhcp", "", "Trouver chaque serveur DHCP du segment et ce qu'il donnerait ; aucun bail n'est pris."),
    ("dhcp", "interface", "L'interface ; elle n'a pas besoin d'adresse [par défaut : celle de la route par défaut]"),
    (
        "dhcp",
        "ask_pool",
        "Chercher aussi d'où à où chaque serveur attribue des adresses, par 24 DISCOVER au plus qui en souhaitent une ; aucun bail n'est pris",
    ),
    (
        "dhcp",
        "ask_leases",
        "Demander aussi à chaque serveur ce qu'il a loué, pour les adresses qui comptent (RFC 4388) ; peu de serveurs répondent",
    ),
    ("dhcp", "site", "Le plan du site (TOML)"),
    ("dhcp", "record", "Enregistrer l'intervention dans DOSSIER, pour trousse replay"),
    (
        "dhcp",
        "leases",
        "Baux ou réservations d'un serveur DHCP, pour distinguer une adresse louée d'une adresse fixe ; peut être répété",
    ),
    ("dhcp", "leases_format", "Le format de ces fichiers, quand il n'est pas reconnu"),
    (
        "dhcp",
        "pool",
        "Configuration d'un serveur DHCP (dnsmasq.conf, dhcpd.conf, kea-dhcp4.conf, config.xml), pour connaître ses plages ; peut être répété",
    ),
    ("dhcp", "format", "Comment le rapport est écrit ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("dhcp", "output", "Écrire le rapport dans FICHIER ; peut être répété, comme -o rapport.pdf -o rapport.json"),
    (
        "dhcp",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    (
        "diagnose",
        "",
        "Remonter les couches d'un coup : lien, adresses, serveurs DHCP, passerelle, DNS ; dire ce qui ne va pas et ce qui en découle.",
    ),
    (
        "diagnose",
        "targets",
        "Préfixes, plages ou adresses : 192.168.1.0/24, 192.168.1.10-20, 192.168.1.7 [par défaut : le préfixe de l'interface]",
    ),
    ("diagnose", "interface", "L'interface [par défaut : celle de la route par défaut]"),
    ("diagnose", "rate", "Requêtes par seconde, ou max [par défaut : 1000]"),
    (
        "diagnose",
        "budget",
        "Finir dans ce délai, rapport écrit : 60s, 2m, ou 90 pour des secondes ; ce qui n'a pas eu le temps n'est pas testé. L'impression d'un PDF vient en plus [par défaut : aucun : chaque question a son délai, les services d'un plan 45 s en tout]",
    ),
    ("diagnose", "quick", "Ne pas écouter 3 s de plus un second détenteur tardif"),
    ("diagnose", "site", "Le plan du site (TOML)"),
    ("diagnose", "record", "Enregistrer l'intervention dans DOSSIER, pour trousse replay"),
    ("diagnose", "yes", "Interroger même quand c'est long"),
    (
        "diagnose",
        "deep",
        "Faire aussi ce qui dérange : tester le câble, remplir les lignes du plan avec iperf3, demander leur plage aux serveurs. La liste s'affiche d'abord et attend un oui, ou --yes",
    ),
    (
        "diagnose",
        "leases",
        "Baux ou réservations d'un serveur DHCP, pour distinguer une adresse louée d'une adresse fixe ; peut être répété",
    ),
    (
        "diagnose",
        "pool",
        "Configuration d'un serveur DHCP (dnsmasq.conf, dhcpd.conf, kea-dhcp4.conf, config.xml), pour connaître ses plages ; peut être répété",
    ),
    (
        "diagnose",
        "ask_pool",
        "Chercher aussi d'où à où chaque serveur attribue des adresses, par 24 DISCOVER au plus qui en souhaitent une ; aucun bail n'est pris",
    ),
    (
        "diagnose",
        "ask_leases",
        "Demander aussi à chaque serveur ce qu'il a loué, pour les adresses qui comptent (RFC 4388) ; peu de serveurs répondent",
    ),
    ("diagnose", "leases_format", "Le format de ces fichiers, quand il n'est pas reconnu"),
    ("diagnose", "format", "Comment le rapport est écrit ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("diagnose", "output", "Écrire le rapport dans FICHIER ; peut être répété, comme -o rapport.pdf -o rapport.json"),
    (
        "diagnose",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
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
    ("replay", "", "Rapport d'une intervention enregistrée, ou d'une capture de tcpdump ou Wireshark."),
    ("replay", "record", "Un dossier créé par --record, ou un fichier pcap ou pcapng"),
    ("replay", "site", "Le plan du site (TOML) [par défaut : celui de l'enregistrement]"),
    (
        "replay",
        "leases",
        "Baux ou réservations d'un serveur DHCP, pour distinguer une adresse louée d'une adresse fixe ; peut être répété",
    ),
    ("replay", "leases_format", "Le format de ces fichiers, quand il n'est pas reconnu"),
    (
        "replay",
        "pool",
        "Configuration d'un serveur DHCP (dnsmasq.conf, dhcpd.conf, kea-dhcp4.conf, config.xml), pour connaître ses plages ; peut être répété",
    ),
    ("replay", "format", "Comment le rapport est écrit ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("replay", "output", "Écrire le rapport dans FICHIER ; peut être répété, comme -o rapport.pdf -o rapport.json"),
    (
        "replay",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    ("site", "", "Ébaucher le plan d'un site d'après une intervention, ou vérifier un plan."),
    ("site init", "", "Écrire un plan commenté d'après ce qu'une intervention a vu."),
    ("site init", "visit", "Un dossier créé par --record, ou un fichier pcap ou pcapng"),
    ("site init", "site", "Un plan dont les mots sont gardés [par défaut : celui de l'enregistrement]"),
    (
        "site init",
        "leases",
        "Baux ou réservations d'un serveur DHCP, pour distinguer une adresse louée d'une adresse fixe ; peut être répété",
    ),
    ("site init", "leases_format", "Le format de ces fichiers, quand il n'est pas reconnu"),
    (
        "site init",
        "pool",
        "Configuration d'un serveur DHCP (dnsmasq.conf, dhcpd.conf, kea-dhcp4.conf, config.xml), pour connaître ses plages ; peut être répété",
    ),
    ("site init", "output", "Écrire le plan dans FICHIER, qui ne doit pas encore exister"),
    (
        "site import",
        "",
        "Écrire un plan d'après un tableau d'appareils (CSV, Excel .xlsx ou LibreOffice .ods : nom, rôle, système, adresse, mac). Les lignes illisibles sont signalées une à une, avec le code de retour 1 ; les autres sont importées. Avec --into, les appareils entrent dans un plan qui existe : ses commentaires, son ordre et tout le reste y demeurent. Un appareil se reconnaît à son adresse. Un rôle ou un système différent est modifié ; un autre nom ou une autre carte à une adresse, ou un nom qui est à une autre adresse, est un conflit : il est signalé, le plan y reste tel quel, et le code de retour est 1.",
    ),
    ("site import", "table", "Le tableau ; titres en anglais ou en français, seule l'adresse est obligatoire"),
    ("site import", "output", "Écrire le plan dans FICHIER, qui ne doit pas encore exister"),
    ("site import", "into", "Mettre les appareils dans ce plan"),
    ("site import", "overwrite", "Là où le plan et le tableau ne donnent pas une adresse au même appareil, le tableau a raison"),
    ("site check", "", "Vérifier un plan : 0 rien à dire, 1 quelque chose à revoir, 2 refusé."),
    ("site check", "plan", "Le plan du site (TOML)"),
    (
        "diff",
        "",
        "Comparer deux interventions sur un même réseau : ce qui est levé, ce qui reste, ce qui est nouveau, qui a bougé.",
    ),
    ("diff", "before", "La première : un dossier créé par --record, ou un rapport en JSON"),
    ("diff", "after", "La seconde"),
    ("diff", "format", "Comment la comparaison est écrite ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("diff", "output", "Écrire la comparaison dans FICHIER ; peut être répété, comme -o rapport.pdf -o rapport.json"),
    (
        "diff",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    (
        "retest",
        "",
        "Refaire une intervention enregistrée, avec la même question, et comparer : la preuve que l'anomalie est levée.",
    ),
    ("retest", "visit", "Le dossier de l'intervention, créé par --record"),
    ("retest", "interface", "L'interface [par défaut : celle de la première fois]"),
    (
        "retest",
        "record",
        "Enregistrer la nouvelle observation dans DOSSIER, avec la comparaison [par défaut, si une intervention est ouverte : à côté de son journal]",
    ),
    (
        "retest",
        "leases",
        "Baux ou réservations d'un serveur DHCP, en copie fraîche : ceux de la première fois ne sont pas repris ; peut être répété",
    ),
    ("retest", "deep", "Refaire aussi ce qui dérange, comme diagnose --deep ; sans cela, ce n'est pas revérifié"),
    ("retest", "yes", "Donner son accord à ce que --deep annonce"),
    ("retest", "leases_format", "Le format de ces fichiers, quand il n'est pas reconnu"),
    (
        "retest",
        "pool",
        "Configuration d'un serveur DHCP (dnsmasq.conf, dhcpd.conf, kea-dhcp4.conf, config.xml), pour connaître ses plages ; peut être répété",
    ),
    ("retest", "format", "Comment la comparaison est écrite ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("retest", "output", "Écrire la comparaison dans FICHIER ; peut être répété, comme -o rapport.pdf -o rapport.json"),
    (
        "retest",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    (
        "visit",
        "",
        "Tenir le journal d'une intervention : ce qui a été fait, si cela a servi, combien de temps ; le rapport dit ce qui a résolu le problème. Tant qu'une intervention est ouverte, scan, dhcp, link, diagnose et retest y écrivent ce qu'ils trouvent, et leur enregistrement est gardé à côté. Elle est gardée dans $XDG_STATE_HOME/trousse/visits, ou dans le dossier indiqué par --visit ou par la variable TROUSSE_VISIT ; si celle-ci est vide, aucune intervention n'est ouverte. Avec sudo, c'est l'intervention de qui l'a appelé, dans son dossier personnel : sudo ne transmet ni XDG_STATE_HOME ni TROUSSE_VISIT sans --preserve-env.",
    ),
    ("visit start", "", "Commencer une intervention ; le temps court à partir de maintenant."),
    ("visit start", "customer", "À qui est le réseau"),
    ("visit start", "site", "Lequel des sites du client"),
    ("visit start", "address", "Où il se trouve"),
    ("visit start", "ticket", "Le numéro du ticket"),
    ("visit start", "technician", "Qui s'y rend"),
    ("visit start", "visit", "Garder l'intervention dans DOSSIER [par défaut : un dossier à elle]"),
    ("visit note", "", "Noter ce qui vient d'être fait ; le test suivant dit si cela a servi."),
    ("visit note", "text", "Ce qui a été fait, comme « câble changé »"),
    ("visit note", "mended", "Si cela a résolu le problème, quand vous l'avez essayé vous-même"),
    ("visit note", "visit", VISIT),
    (
        "visit retest",
        "",
        "Tester de nouveau ce qui l'a été pendant cette intervention ; la réponse est mise à côté de la dernière action.",
    ),
    ("visit retest", "interface", "L'interface [par défaut : celle de la première fois]"),
    (
        "visit retest",
        "record",
        "Enregistrer la nouvelle observation dans DOSSIER, avec la comparaison [par défaut, si une intervention est ouverte : à côté de son journal]",
    ),
    (
        "visit retest",
        "leases",
        "Baux ou réservations d'un serveur DHCP, en copie fraîche : ceux de la première fois ne sont pas repris ; peut être répété",
    ),
    ("visit retest", "deep", "Refaire aussi ce qui dérange, comme diagnose --deep ; sans cela, ce n'est pas revérifié"),
    ("visit retest", "yes", "Donner son accord à ce que --deep annonce"),
    ("visit retest", "leases_format", "Le format de ces fichiers, quand il n'est pas reconnu"),
    (
        "visit retest",
        "pool",
        "Configuration d'un serveur DHCP (dnsmasq.conf, dhcpd.conf, kea-dhcp4.conf, config.xml), pour connaître ses plages ; peut être répété",
    ),
    ("visit retest", "format", "Comment la comparaison est écrite ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("visit retest", "output", "Écrire la comparaison dans FICHIER ; peut être répété, comme -o rapport.pdf -o rapport.json"),
    (
        "visit retest",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    ("visit pause", "", "Interrompre l'intervention : le temps ne court plus jusqu'à la prochaine note ou au prochain test."),
    ("visit pause", "visit", VISIT),
    ("visit status", "", "Montrer où en est l'intervention ouverte."),
    ("visit status", "visit", VISIT),
    (
        "visit show",
        "",
        "Montrer une intervention : chaque action et sa réponse, ce qui a résolu le problème, avant et après. Code de retour 0 : résolu, ou rien n'allait mal ; 1 : quelque chose ne va toujours pas ; 3 : rien n'a été testé, tout n'a pas été revérifié, ou des lignes du journal sont perdues.",
    ),
    ("visit show", "visit", "Le dossier de l'intervention [par défaut : celui de la dernière]"),
    ("visit show", "format", "Comment elle est écrite ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("visit show", "output", "L'écrire dans FICHIER ; peut être répété, comme -o journal.pdf -o journal.json"),
    (
        "visit show",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    ("visit close", "", "Terminer l'intervention et la montrer, avec le code de retour de visit show."),
    ("visit close", "km", "Kilomètres parcourus, comme 6 ou 6,5"),
    ("visit close", "minutes", "Minutes à facturer [par défaut : du début à maintenant, sans les pauses]"),
    ("visit close", "visit", VISIT),
    ("visit close", "format", "Comment elle est écrite ; par défaut selon le nom de FICHIER, sinon pour le terminal"),
    ("visit close", "output", "L'écrire dans FICHIER ; peut être répété, comme -o journal.pdf -o journal.json"),
    (
        "visit close",
        "firm",
        "La société en tête du HTML et du PDF (TOML) [par défaut : trousse/firm.toml parmi les réglages de l'utilisateur]",
    ),
    ("visit list", "", "Lister les interventions gardées, la dernière d'abord."),
    ("oui", "", "Qui a fabriqué une carte réseau, d'après son adresse MAC ; quels blocs détient un fabricant."),
    ("oui", "asked", "Adresses MAC, début d'adresse (b8:27:eb), ou partie du nom d'un fabricant"),
    (
        "oui",
        "oui_file",
        "Fabricants lus dans ce fichier : CSV de l'IEEE ou pour mac_oui, manuf de Wireshark, ieee-oui.txt d'arp-scan",
    ),
    ("oui", "format", "Comment la réponse est écrite"),
    (
        "explain",
        "",
        "Expliquer le code d'une anomalie : ce qu'elle veut dire sur site, comment on la voit, ce qui y ressemble, que faire.",
    ),
    ("explain", "code", "Le code, par exemple L3-duplicate-address ; sans lui, la liste des codes"),
    ("explain", "markdown", "Toutes les pages dans les deux langues, comme dans docs/findings.md"),
    (
        "lab",
        "",
        "Monter un réseau de l'atelier et y lancer la trousse. Sans NOM, la liste des labos. Sans COMMANDE, la trousse est lancée comme le dit le labo, puis de nouveau après ce qui s'y fait ensuite, et ce qu'elle trouve est comparé à ce qui s'y trouve : code 0 comme prévu, 1 autrement, 2 si le labo n'a pu être monté.",
    ),
    ("lab", "name", "Le labo, ou un fichier en .toml"),
    ("lab", "keep", "Laisser le labo en place ensuite, jusqu'à Ctrl-C, et afficher comment ouvrir un shell sur chaque hôte"),
    ("lab", "command", "Lancer ceci au lieu de la trousse, sur son réseau ; son code de retour est rendu"),
    (
        "schema",
        "",
        "Afficher le schéma JSON de ce qu'on écrit (plan, profil, profil de lien, société, liste de PC) ou de ce que lisent les programmes (rapport, comparaison, certificat, intervention, préparation, celle de plusieurs PC, fiche de préparation, dépôt, noms des PC).",
    ),
    ("schema", "what", "De quoi"),
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
    ("prep status", "state", "Le dossier de la préparation [par défaut : /var/lib/trousse/prep]"),
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
    ("prep bench", "program", "Déposer ce programme sur les PC, pour un autre processeur [par défaut : celui-ci]"),
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
    (
        "prep sheet",
        "",
        "Écrire la fiche de préparation d'un PC : lequel c'est, chaque étape avant et après avec sa preuve, ce qui n'est pas fait. Code de sortie 0 : le PC est prêt ; 1 : préparation en cours ou interrompue ; 10 : un redémarrage est attendu ; 20 : une étape a échoué ; 30 : il n'y en a pas, ou la fiche a été modifiée.",
    ),
    ("prep sheet", "state", "Le dossier de la préparation, même copié d'un autre PC [par défaut : /var/lib/trousse/prep]"),
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
        "Reprendre les noms donnés par d'autres : tableaux (CSV) d'un annuaire ou d'un outil de télémaintenance, et ce qui a répondu sur un réseau. Code de sortie 0 : tous ; 1 : quelque chose y est illisible, ou dit autrement à qui est un nom ; 30 : refusé.",
    ),
    (
        "prep names import",
        "tables",
        "Les tableaux ; la colonne des noms se reconnaît à son titre, comme celle des numéros de série",
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
    ("completions", "", "Afficher la complétion d'un shell."),
    ("completions", "shell", "Le shell"),
    ("man", "", "Écrire les pages de manuel dans un dossier."),
    ("man", "folder", "Le dossier"),
];

/// The names of values in French.
const VALUES: &[(&str, &str)] = &[
    ("DIR", "DOSSIER"),
    ("NAME=VALUE", "NOM=VALEUR"),
    ("DIR|FILE", "DOSSIER|FICHIER"),
    ("VISIT", "INTERVENTION"),
    ("VISIT1", "INTERVENTION1"),
    ("VISIT2", "INTERVENTION2"),
    ("FILE", "FICHIER"),
    ("FIRM", "SOCIÉTÉ"),
    ("SHEET", "FICHE"),
    ("SYSTEM", "SYSTÈME"),
    ("PATTERN", "MODÈLE"),
    ("LOGIN", "IDENTIFIANT"),
    ("TARGET", "CIBLE"),
    ("LANG", "LANGUE"),
    ("MAC|VENDOR", "MAC|FABRICANT"),
    ("NAME", "NOM"),
    ("COMMAND", "COMMANDE"),
    ("LIST", "LISTE"),
    ("LETTERS", "LETTRES"),
    ("NUMBER", "NUMÉRO"),
    ("PROFILE", "PROFIL"),
    ("LABEL", "PRISE"),
    ("WHAT", "QUOI"),
    ("CLASS[,CLASS…]", "CLASSE[,CLASSE…]"),
    ("ADDRESS", "ADRESSE"),
    ("TEXT", "TEXTE"),
    ("YES|NO", "OUI|NON"),
];

fn words(command: &str, argument: &str) -> Option<&'static str> {
    WORDS.iter().find(|(of, what, _)| (*of, *what) == (command, argument)).map(|(_, _, text)| *text)
}

/// The program's command line with its help in French.
pub fn translate(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let program = one(command.disable_help_subcommand(true), "");
    let help = || Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Afficher l'aide").global(true);
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).help("Afficher la version");
    let program = program
        .subcommand_value_name("COMMANDE")
        .disable_version_flag(true)
        .propagate_version(false)
        .disable_help_flag(true)
        .arg(help())
        .arg(version);
    names.iter().fold(program, |program, name| program.mut_subcommand(name, |sub| subcommand(sub, name)))
}

/// A command with those below it, which are known by both names, as in `site init`.
fn subcommand(command: Command, path: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let command = one(command, path).disable_help_flag(true);
    if names.is_empty() {
        return command;
    }
    let command = command.disable_help_subcommand(true).subcommand_value_name("COMMANDE");
    names.iter().fold(command, |command, name| command.mut_subcommand(name, |sub| subcommand(sub, &format!("{path} {name}"))))
}

/// What stands around the help of a command. clap's own headings have no space before their colon.
fn frame(command: &Command) -> String {
    let mut frame = "{about}\n\nUtilisation\u{a0}: {usage}\n".to_owned();
    if command.get_positionals().next().is_some() {
        frame += "\nArguments\u{a0}:\n{positionals}\n";
    }
    if command.has_subcommands() {
        frame += "\nCommandes\u{a0}:\n{subcommands}\n";
    }
    frame + "\nOptions\u{a0}:\n{options}"
}

/// One command: what it is, its arguments, the frame around them.
fn one(command: Command, name: &str) -> Command {
    let about = words(name, "").unwrap_or_default();
    let command = command.about(about).long_about(Resettable::Reset);
    let frame = frame(&command);
    let command = command.help_template(frame);
    command.mut_args(|argument| {
        let text = words(name, argument.get_id().as_str()).unwrap_or_default();
        let value = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
        let value = value.unwrap_or_else(|| argument.get_id().as_str().to_uppercase());
        let shown = VALUES.iter().find(|(english, _)| *english == value).map(|(_, french)| *french);
        let choices: Vec<String> = argument.get_possible_values().iter().map(|choice| choice.get_name().to_owned()).collect();
        let takes_value = argument.get_action().takes_values();
        let text = match choices.as_slice() {
            choices if takes_value && !choices.is_empty() => format!("{text} [au choix : {}]", choices.join(", ")),
            _ => text.to_owned(),
        };
        let argument = argument.help(text).long_help(Resettable::Reset);
        if !takes_value {
            return argument;
        }
        let argument = argument.hide_possible_values(true).hide_default_value(true);
        match shown {
            Some(shown) => argument.value_name(shown),
            None => argument,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_and_argument_has_its_words_in_french_and_no_others_do() {
        let program = crate::cli::Cli::command();
        let mut expected: Vec<(String, String)> = vec![(String::new(), String::new()), (String::new(), "lang".into())];
        let path = |above: &str, sub: &Command| format!("{above} {}", sub.get_name()).trim_start().to_owned();
        let mut below: Vec<(String, &Command)> = program.get_subcommands().map(|sub| (path("", sub), sub)).collect();
        while let Some((name, command)) = below.pop() {
            below.extend(command.get_subcommands().map(|sub| (path(&name, sub), sub)));
            expected.push((name.clone(), String::new()));
            expected.extend(command.get_arguments().map(|argument| (name.clone(), argument.get_id().to_string())));
        }
        let mut written: Vec<(String, String)> =
            WORDS.iter().map(|(command, argument, _)| ((*command).to_owned(), (*argument).to_owned())).collect();
        expected.sort();
        written.sort();
        assert_eq!(written, expected);
    }

    #[test]
    fn the_command_line_is_sound_in_both_languages() {
        crate::cli::Cli::command().debug_assert();
        translate(crate::cli::Cli::command()).debug_assert();
    }

    #[test]
    fn no_english_is_left_in_the_help() {
        let mut program = translate(crate::cli::Cli::command());
        program.build();
        for sub in program.get_subcommands_mut() {
            let help = sub.render_long_help().to_string();
            for english in
                ["Usage:", "Options:", "Arguments:", "Commandes:", "Print", "possible values", "default:", "Write", "The "]
            {
                assert!(!help.contains(english), "{}: {english}\n{help}", sub.get_name());
            }
        }
    }
}
