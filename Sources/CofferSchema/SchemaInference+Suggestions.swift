package import CofferFormat

extension SchemaInference {
    /// Guesses at personal fields, references and the subject.
    package var suggestions: [SchemaSuggestion] {
        let guesses = columns.map { FieldGuess($0) }
        var found: [SchemaSuggestion] = []
        let isAboutPeople = guesses.contains { $0.category == .contact }
        for guess in guesses {
            if let category = guess.category {
                found.append(Self.personal(guess, category, "its name or form"))
            } else if isAboutPeople, guess.words == ["name"] {
                found.append(Self.personal(guess, .identity, "a name beside a way to reach"))
            }
            if let collection = guess.collection, guess.isScalar {
                found.append(
                    .init(
                        field: guess.name, keyword: "coffer:references", value: .text(collection),
                        reason: "it is named like the key of another record"))
            } else if guess.isListOfPeople {
                found.append(
                    .init(
                        field: guess.name, keyword: "coffer:people", value: .bool(true),
                        reason: "it is named like a list of people's keys"))
            }
        }
        if let subject = Self.subject(guesses, isAboutPeople: isAboutPeople) {
            found.append(
                .init(
                    field: nil, keyword: "coffer:subject", value: .text(subject.name),
                    reason: subject.isOwnKey
                        ? "the record has a person's name or address, and this is its key"
                        : "it is named like the key of a person"))
        }
        return found
    }

    /// ``schema(title:)`` with all guesses in it, each marked by a `$comment` on its field.
    package func suggestedSchema(title: String) -> Value {
        let suggestions = suggestions
        guard case .object(let members) = schema(title: title) else { return .object([]) }
        var result: [Value.Member] = []
        for member in members {
            guard member.name == "properties", case .object(let properties) = member.value else {
                result.append(member)
                continue
            }
            let own = suggestions.filter { $0.field == nil }
            result += Self.marked(own)
            let fields = properties.map { property -> Value.Member in
                guard case .object(let keywords) = property.value else { return property }
                let guessed = suggestions.filter {
                    $0.field?.hasSameBytes(as: property.name) ?? false
                }
                return .init(property.name, .object(keywords + Self.marked(guessed)))
            }
            result.append(.init("properties", .object(fields)))
        }
        return .object(result)
    }

    private static func marked(_ suggestions: [SchemaSuggestion]) -> [Value.Member] {
        guard !suggestions.isEmpty else { return [] }
        let reasons = suggestions.map { "\($0.keyword), because \($0.reason)" }
        let comment = "guessed: " + reasons.joined(separator: "; ")
        return suggestions.map { .init($0.keyword, $0.value) }
            + [.init("$comment", .text(comment))]
    }

    private static func personal(
        _ guess: FieldGuess, _ category: PersonalCategory, _ reason: String
    ) -> SchemaSuggestion {
        SchemaSuggestion(
            field: guess.name, keyword: "coffer:personal",
            value: .object([
                .init("category", .text(category.rawValue)),
                .init("source", .text(PersonalSource.provided.rawValue)),
            ]), reason: reason)
    }

    private static func subject(
        _ guesses: [FieldGuess], isAboutPeople: Bool
    ) -> (name: String, isOwnKey: Bool)? {
        if isAboutPeople,
            let key = guesses.first(where: {
                ["id", "_id", "key"].contains($0.name) && $0.isScalar
            })
        {
            return (key.name, true)
        }
        return guesses.first { $0.isKeyOfPerson && $0.isScalar }.map { ($0.name, false) }
    }
}
