import LocalStack

/// Dead letters as lines of text.
enum DeadLetterListing {
    /// The service's name, and two lines per letter.
    static func lines(of page: JSON, service: String) -> [String] {
        let letters = page["data"].elements
        guard !letters.isEmpty else { return ["\(service): none"] }
        return ["\(service):"] + letters.flatMap(lines) + SagaListing.more(page)
    }

    private static func lines(_ letter: JSON) -> [String] {
        let number = letter["id"].string ?? letter["id"].integer.map { "\($0)" } ?? "-"
        let place = "\(text(letter["topic"])) \(text(letter["key"]))"
        return [
            "  " + number.column(10) + text(letter["kind"]).column(14)
                + text(letter["at"]).column(26) + place,
            "".column(12) + text(letter["reason"]),
        ]
    }

    private static func text(_ value: JSON) -> String { value.string ?? "-" }
}
