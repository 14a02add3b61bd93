//! The program itself, and what it tells of itself.

use super::Words;

pub(super) const WORDS: &[Words] = &[
    ("", "", "La trousse du technicien : trouve ce qui ne va pas sur un réseau, à partir du câble."),
    ("", "lang", "La langue de tout ce qui est affiché [par défaut : celle du système]"),
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
        "Afficher le schéma JSON de ce qu'on écrit (plan, profil, profil de lien, société, liste de PC) ou de ce que lisent les programmes (rapport, comparaison, certificat, intervention, préparation, celle de plusieurs PC, fiche de préparation, dépôt, contrôle d'un dépôt, noms des PC).",
    ),
    ("schema", "what", "De quoi"),
    ("completions", "", "Afficher la complétion d'un shell."),
    ("completions", "shell", "Le shell"),
    ("man", "", "Écrire les pages de manuel dans un dossier."),
    ("man", "folder", "Le dossier"),
];
