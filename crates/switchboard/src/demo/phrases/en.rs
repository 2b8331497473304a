//! What is said in English.

use super::{Phrases, Theme};
use crate::demo::brand::ENGLISH;

pub(super) const PHRASES: Phrases = Phrases {
    code: "en",
    share: 40,
    places: ENGLISH,
    first_names: &[
        "Mira", "Theo", "Isla", "Rowan", "Freya", "Callum", "Nadia", "Ellis", "Imogen", "Jasper",
        "Orla", "Desmond", "Keira", "Lowell", "Zadie", "Fintan",
    ],
    last_names: &[
        "Tallow",
        "Fernhollow",
        "Quillmoor",
        "Ashgrove",
        "Larkspindle",
        "Dunmorrow",
        "Wetherfold",
        "Brackenby",
        "Stonewhistle",
        "Merrowick",
        "Hollins-Vale",
        "Pebblecroft",
    ],
    drinks: &[
        "oat flat white",
        "cortado",
        "cold brew",
        "chai latte",
        "double espresso",
    ],
    openers: &[
        "Hi,",
        "Hello @brambleford,",
        "Hey Brambleford,",
        "Right,",
        "So,",
        "Good morning,",
        "Seriously,",
        "",
    ],
    complaints: &[
        (
            Theme::Delivery,
            "my order {order} was due on Monday and there is still no sign of it.",
        ),
        (
            Theme::Delivery,
            "the courier left my {product} in the rain and the box is soaked.",
        ),
        (
            Theme::Delivery,
            "tracking for {order} has said \"out for delivery\" for {n} days.",
        ),
        (
            Theme::Delivery,
            "two bags short in order {order}, and the slip says it was checked.",
        ),
        (
            Theme::Quality,
            "the last bag of {product} tastes stale, roasted more than {n} weeks ago.",
        ),
        (
            Theme::Quality,
            "my {drink} in {city} was lukewarm and tasted burnt.",
        ),
        (
            Theme::Quality,
            "there was a hair in my {drink} this morning.",
        ),
        (Theme::App, "the app keeps logging me out before I can pay."),
        (
            Theme::App,
            "my loyalty points vanished after the update, {n} stamps gone.",
        ),
        (
            Theme::Cafe,
            "waited {n} minutes for one {drink} in {city} with nobody in front of me.",
        ),
        (
            Theme::Cafe,
            "the {city} café was closed although your site says open until eight.",
        ),
        (
            Theme::Cafe,
            "staff in {city} were rude when I asked for oat milk.",
        ),
        (
            Theme::Subscription,
            "I cancelled my subscription in spring and was charged again.",
        ),
        (
            Theme::Subscription,
            "I can not pause my Bramble Box anywhere on the site.",
        ),
        (
            Theme::Price,
            "{n} pence more for a {drink} since last month, how do you explain that?",
        ),
        (
            Theme::Machine,
            "my Brew One leaks from the base after {n} weeks.",
        ),
        (
            Theme::Machine,
            "the Brew One stops halfway and blinks red, the manual says nothing about it.",
        ),
    ],
    questions: &[
        (
            Theme::Question,
            "do you ship {product} to Northern Ireland?",
        ),
        (Theme::Question, "is the {product} suitable for a moka pot?"),
        (Theme::Question, "are dogs allowed in the {city} café?"),
        (
            Theme::Subscription,
            "can I skip a month of the Bramble Box without cancelling?",
        ),
        (
            Theme::Machine,
            "does the Brew One work with ground coffee or only with pods?",
        ),
        (
            Theme::Question,
            "which of your beans has the least acidity?",
        ),
        (Theme::App, "where do I see my invoices in the app?"),
        (
            Theme::Delivery,
            "can I change the address of order {order}?",
        ),
    ],
    praise: &[
        (
            Theme::Praise,
            "the {drink} in {city} was the best thing about my week.",
        ),
        (
            Theme::Praise,
            "{product} is seriously good, third bag this month.",
        ),
        (
            Theme::Praise,
            "your barista in {city} remembered my order after one visit.",
        ),
        (
            Theme::Praise,
            "order {order} came a day early, and wrapped like a present.",
        ),
        (
            Theme::Machine,
            "Brew One day {n} and I have not set foot in another café.",
        ),
        (
            Theme::Praise,
            "the new {product} smells like a forest after rain.",
        ),
    ],
    demands: &[
        "Please sort this out.",
        "I would like my money back.",
        "What are you going to do about it?",
        "Not good enough.",
        "Third time this happens.",
        "Can someone look into this today?",
        "",
    ],
    cheers: &[
        "Thank you!",
        "☕❤️",
        "Keep it up 🙌",
        "10/10.",
        "Never change.",
        "#brambleford",
        "😍",
        "",
    ],
    answers: &[
        "Thanks for telling us. Could you send us your order number in a private message? ^{agent}",
        "That is not how it should be, sorry! We are looking into it right now. ^{agent}",
        "Good question! You find the answer at https://brambleford.example/help, and we are happy to help here too. ^{agent}",
        "We have sent a replacement, it should be with you on Thursday. ^{agent}",
        "Your refund is on its way and takes three to five days. ^{agent}",
        "You just made our day, thank you! ^{agent}",
    ],
    thanks: &[
        "Great, thank you!",
        "That was quick, thanks.",
        "Still nothing here, I am afraid.",
        "Perfect 👍",
        "OK, I will wait until Thursday.",
        "Received it, all good now.",
    ],
    subjects: &[
        "Order {order}",
        "Where is my parcel?",
        "Refund for {order}",
        "Question about the {product}",
        "Complaint about {city}",
        "Invoice missing",
        "My subscription",
    ],
};
