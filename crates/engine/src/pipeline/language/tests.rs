use super::*;

fn code(text: &str) -> Option<String> {
    guess(text).map(|language| language.as_str().to_owned())
}

#[test]
fn short_and_letterless_texts_have_no_language() {
    for text in [
        "",
        "ok",
        "Great!",
        "12345 67890",
        "😀😀😀😀😀😀😀😀😀😀😀😀",
        "!!! ??? ...",
        "hello you!!",
        "😀 12 ok 👍",
        "你好",
        "\u{301}\u{301}",
    ] {
        assert_eq!(guess(text), None, "{text:?}");
    }
}

#[test]
fn ordinary_sentences_are_recognised() {
    let table: &[(&str, &[&str])] = &[
        (
            "en",
            &[
                "My order has not arrived yet and nobody answers the phone.",
                "Thanks for the quick help, you people are amazing!",
                "Why does the app crash every time I open my basket?",
                "Worst airline experience ever, three hours delay and no information.",
            ],
        ),
        (
            "nl",
            &[
                "Mijn bestelling is nog steeds niet aangekomen en niemand neemt op.",
                "Bedankt voor de snelle hulp, jullie zijn geweldig!",
                "Waarom doet de app het niet meer sinds gisteren?",
            ],
        ),
        (
            "de",
            &[
                "Meine Bestellung ist immer noch nicht angekommen und niemand geht ans Telefon.",
                "Danke für die schnelle Hilfe, ihr seid großartig!",
                "Warum stürzt die App jedes Mal ab, wenn ich den Warenkorb öffne?",
            ],
        ),
        (
            "fr",
            &[
                "Ma commande n'est toujours pas arrivée et personne ne répond au téléphone.",
                "Merci pour votre aide rapide, vous êtes formidables !",
                "Pourquoi l'application plante-t-elle à chaque fois ?",
            ],
        ),
        (
            "es",
            &[
                "Mi pedido todavía no ha llegado y nadie contesta el teléfono.",
                "Gracias por la ayuda tan rápida, sois geniales.",
                "¿Por qué la aplicación se cierra cada vez que abro la cesta?",
            ],
        ),
        (
            "it",
            &[
                "Il mio ordine non è ancora arrivato e nessuno risponde al telefono.",
                "Grazie per l'aiuto così veloce, siete fantastici!",
            ],
        ),
        (
            "pt",
            &[
                "Meu pedido ainda não chegou e ninguém atende o telefone.",
                "Obrigado pela ajuda rápida, vocês são incríveis!",
            ],
        ),
        (
            "sv",
            &[
                "Min beställning har inte kommit och ingen svarar i telefonen.",
                "Tack för den snabba hjälpen, ni är fantastiska!",
            ],
        ),
        (
            "tr",
            &[
                "Siparişim hâlâ gelmedi ve kimse telefona cevap vermiyor.",
                "Hızlı yardımınız için çok teşekkürler!",
            ],
        ),
        (
            "vi",
            &["Đơn hàng của tôi vẫn chưa đến và không ai trả lời điện thoại."],
        ),
        (
            "pl",
            &[
                "Moje zamówienie jeszcze nie dotarło i nikt nie odbiera telefonu.",
                "Dziękuję za szybką pomoc, jesteście wspaniali!",
            ],
        ),
        (
            "cs",
            &["Moje objednávka ještě nedorazila a nikdo nezvedá telefon, opravdu děkuji."],
        ),
        (
            "da",
            &["Min ordre er stadig ikke kommet, og der er ingen, der svarer på telefonen."],
        ),
        (
            "fi",
            &["Tilaukseni ei ole vieläkään saapunut, eikä kukaan vastaa puhelimeen."],
        ),
        (
            "hu",
            &["A rendelésem még mindig nem érkezett meg, és senki sem veszi fel a telefont."],
        ),
        (
            "ro",
            &["Comanda mea încă nu a ajuns și nimeni nu răspunde la telefon, vă mulțumesc."],
        ),
        (
            "ca",
            &["La meva comanda encara no ha arribat i ningú no contesta el telèfon."],
        ),
        (
            "id",
            &["Pesanan saya belum juga sampai dan tidak ada yang menjawab telepon."],
        ),
        (
            "ru",
            &[
                "Мой заказ до сих пор не пришёл, и никто не берёт трубку.",
                "Спасибо за быструю помощь, вы молодцы!",
            ],
        ),
        (
            "uk",
            &["Моє замовлення досі не прийшло, і ніхто не бере слухавку."],
        ),
        (
            "bg",
            &["Поръчката ми още не е пристигнала и никой не вдига телефона."],
        ),
        (
            "sr",
            &["Моја поруџбина још није стигла и нико се не јавља на телефон, хвала вам."],
        ),
        (
            "el",
            &["Η παραγγελία μου δεν έχει φτάσει ακόμα και κανείς δεν απαντά."],
        ),
        ("ar", &["لم يصل طلبي بعد ولا أحد يرد على الهاتف"]),
        ("fa", &["سفارش من هنوز نرسیده و کسی پاسخگو نیست"]),
        (
            "ur",
            &["میرا آرڈر ابھی تک نہیں پہنچا اور کوئی فون نہیں اٹھاتا"],
        ),
        ("he", &["ההזמנה שלי עדיין לא הגיעה ואף אחד לא עונה לטלפון"]),
        ("hi", &["मेरा ऑर्डर अभी तक नहीं आया है और कोई फोन नहीं उठाता"]),
        (
            "ja",
            &[
                "注文がまだ届いていません。電話にも誰も出ません。",
                "ありがとうございます",
            ],
        ),
        ("zh", &["我的订单还没有到，也没有人接电话。", "服务太差了"]),
        (
            "ko",
            &["주문한 상품이 아직 도착하지 않았고 전화를 받지 않아요"],
        ),
        ("th", &["คำสั่งซื้อของฉันยังไม่มาถึงและไม่มีใครรับโทรศัพท์"]),
        ("ka", &["ჩემი შეკვეთა ჯერ არ მოსულა"]),
        ("hy", &["Իմ պատվերը դեռ չի հասել"]),
        ("ta", &["என் ஆர்டர் இன்னும் வரவில்லை"]),
    ];
    let wrong: Vec<String> = table
        .iter()
        .flat_map(|(expected, sentences)| sentences.iter().map(move |text| (expected, text)))
        .filter(|(expected, text)| code(text).as_deref() != Some(**expected))
        .map(|(expected, text)| format!("{expected} but {:?}: {text}", code(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_guess_is_a_language_of_the_list() {
    for lang in Lang::all() {
        assert!(from_whatlang(*lang).is_some(), "{lang:?}");
    }
    for lang in whichlang::LANGUAGES {
        assert!(Language::parse(from_whichlang(lang)).is_some(), "{lang:?}");
    }
}

#[test]
fn capitals_and_a_foreign_name_do_not_change_the_language() {
    assert_eq!(
        code("THE APP DOES NOT WORK AND THIS IS NOT FUNNY").as_deref(),
        Some("en")
    );
    assert_eq!(
        code("Łukasz told me that you are not going to fix this, is that so?").as_deref(),
        Some("en")
    );
}
