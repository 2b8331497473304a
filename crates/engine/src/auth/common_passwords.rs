//! What passwords are commonly made of: words in a few languages, and rows of keys.
//!
//! Lower case. Collected by hand from what everybody knows to be common; [`password_rules`](super::password_rules) derives repetitions,
//! joins, spellings with digits and appended years by itself.

/// Rows of keys and of the alphabet.
pub(super) const RUNS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop[]",
    "qwertzuiopü",
    "azertyuiop",
    "asdfghjkl;'",
    "qsdfghjklm",
    "asdfghjklöä",
    "zxcvbnm,./",
    "yxcvbnm,.-",
    "wxcvbn,;:",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "q1w2e3r4t5y6u7i8o9p0",
    "aqzsedrftgyhujikolp",
    "!@#$%^&*()",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
];

/// Words, separated by white space.
pub(super) const WORDS: &str = "
switchboard socialconnect customercare customerservice customer callcenter callcentre support
helpdesk service social inbox community marketing company business office agency media brand

administrator password passwort kennwort contrasena contraseña motdepasse wachtwoord parola
haslo пароль senha passphrase passcode passwd passw login logon signin secret geheim secreto
letmein letme trustno changeme change default welcome willkommen bienvenue bienvenido welkom
admin root superuser user guest test testing demo sample example temp temporary system server
computer internet windows microsoft google facebook instagram twitter linkedin youtube apple
samsung whatsapp

iloveyou ilove iluv loveyou lovely lover love forever princess prince angel sweety sweet honey
baby babygirl sunshine flower butterfly beautiful pretty hello hallo bonjour hola ciao teamo
teamor jetaime ichliebedich liebe schatz amour amore amor jesus christ god heaven blessed friend
friends family mother mommy mama father daddy papa brother sister happy smile lucky

dragon monkey tiger lion eagle falcon shadow hunter ranger buster tigger pepper ginger cookie
chocolate cheese coffee banana orange cherry summer winter spring autumn sommer herbst frühling
été hiver diamond silver golden gold crystal rainbow purple yellow green black white blue pink
money dollar mustang ferrari porsche mercedes yamaha harley corvette camaro puppy kitty kitten
horse1

football fussball fußball soccer futbol baseball basketball hockey tennis golf arsenal chelsea
liverpool manchester barcelona realmadrid juventus bayern yankees cowboys steelers lakers player
gamer minecraft pokemon pikachu naruto starwars matrix batman superman spiderman ironman master
mister killer ninja pirate wizard merlin phoenix thunder hammer rocket soldier freedom america
canada england london berlin paris madrid amsterdam brasil mexico india australia deutschland
france

michael michelle jennifer jessica jordan daniel andrew joshua thomas robert william matthew
anthony charlie george richard patrick nicole ashley amanda andrea melissa samantha stephanie
alexander alexandra maggie maria martin anna david chris peter sophie thomas lucas

january february march april may june july august september october november december januar
februar märz juni juli oktober dezember janvier février fevrier enero febrero monday tuesday
wednesday thursday friday saturday sunday montag freitag lundi vendredi today tomorrow birthday
christmas weekend

fuckyou fuck shit bitch asshole whatever nothing please number super great first access the and
for you my

qwerty qwertz azerty qwer asdf zxcv 1234 abc123 qazwsx zaq12wsx 1q2w3e q1w2e3 123qwe qwe123
asd123 112233 121212 123123 654321 666666 696969 777777 111111 000000 aaaaaa
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_the_form_that_passwords_are_folded_to() {
        for text in WORDS.split_whitespace().chain(RUNS.iter().copied()) {
            assert_eq!(text, text.to_lowercase());
        }
    }
}
