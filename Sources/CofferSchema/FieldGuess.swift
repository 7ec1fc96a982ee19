/// What the name and the form of a property hint at.
internal struct FieldGuess {
    /// The name as it is.
    internal let name: String
    /// The words of the name in small letters: `gmPlayer_id` is gm, player, id.
    internal let words: [String]
    /// What kind of personal data it looks like.
    internal let category: PersonalCategory?
    /// Whether it holds single values only.
    internal let isScalar: Bool

    // Words that stand for people at a table and in a club.
    private static let people: Set<String> = [
        "player", "user", "member", "person", "author", "owner", "contact", "guest", "student",
        "customer",
    ]

    private static let wordsOfCategory: [(PersonalCategory, Set<String>)] = [
        (
            .contact,
            [
                "email", "mail", "phone", "mobile", "telephone", "tel", "fax", "address", "street",
                "postcode", "zip", "zipcode", "discord", "telegram", "whatsapp", "skype", "ip",
            ]
        ),
        (
            .special,
            [
                "health", "medical", "allergy", "allergies", "disability", "accessibility",
                "diet", "dietary", "religion", "ethnicity", "veils", "diagnosis",
            ]
        ),
        (
            .identity,
            [
                "birthday", "birthdate", "birth", "dob", "born", "pronouns", "gender", "surname",
                "firstname", "lastname", "fullname", "username", "nationality", "passport",
                "timezone",
            ]
        ),
    ]

    private static let nameKinds: Set<String> = [
        "first", "last", "full", "given", "family", "middle", "real", "legal", "maiden", "user",
    ]

    /// Looks at one property.
    internal init(_ column: SchemaInference.Column) {
        name = column.name
        words = Self.words(of: column.name)
        isScalar = column.types.isDisjoint(with: .nested)
        category =
            column.format == .email
            ? .contact : Self.category(of: words, isFlag: column.types == .boolean)
    }

    /// The collection whose record the field may name.
    internal var collection: String? {
        guard words.count > 1, let last = words.last, last == "id" else { return nil }
        return CollectionSchema.normalizedName(Self.plural(of: words[words.count - 2]))
    }

    /// Whether the field may hold the key of a person.
    internal var isKeyOfPerson: Bool {
        words.count > 1 && words.last == "id" && Self.people.contains(words[words.count - 2])
    }

    /// Whether the field may list keys of people.
    internal var isListOfPeople: Bool {
        guard !isScalar, let last = words.last else { return false }
        if last == "ids" { return words.count > 1 && Self.people.contains(words[words.count - 2]) }
        return last == "attendees" || last == "participants"
            || last.hasSuffix("s") && Self.people.contains(String(last.dropLast()))
    }

    private static func category(of words: [String], isFlag: Bool) -> PersonalCategory? {
        // "has_phone", "email_sent": yes or no says little about anybody.
        if isFlag { return nil }
        for (category, known) in wordsOfCategory where !known.isDisjoint(with: words) {
            return category
        }
        let isName = words.last == "name" && words.count > 1
        return isName && nameKinds.contains(words[words.count - 2]) ? .identity : nil
    }

    private static func words(of name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var lastWasSmall = false
        for scalar in name.unicodeScalars.prefix(128) {
            let isCapital = scalar.properties.isUppercase
            if !scalar.properties.isAlphabetic || (isCapital && lastWasSmall) {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if scalar.properties.isAlphabetic { word += scalar.properties.lowercaseMapping }
            lastWasSmall = scalar.properties.isLowercase
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    private static func plural(of word: String) -> String {
        let ending = word.suffix(2)
        if word.hasSuffix("y"), let before = ending.first, !"aeiou".contains(before) {
            return word.dropLast() + "ies"
        }
        if word == "person" { return "people" }
        let hisses = ["s", "x", "z", "ch", "sh"].contains { word.hasSuffix($0) }
        return word + (hisses ? "es" : "s")
    }
}
