public import FoundationEssentials

/// Times as RFC 3339 writes them, in UTC: `2026-11-21T09:30:00.125Z`.
public enum RFC3339 {
    /// Writes milliseconds, or microseconds where there are any: what was written is read as the
    /// same microsecond again, as the database keeps it.
    public static func format(_ date: Date) -> String {
        let microseconds = (date.timeIntervalSinceReferenceDate * 1_000_000).rounded()
        let seconds = (microseconds / 1_000_000).rounded(.down)
        let fraction = Int64(microseconds - seconds * 1_000_000)
        let whole = Date(timeIntervalSinceReferenceDate: seconds)
            .formatted(Date.ISO8601FormatStyle())
        let isWhole = fraction % 1_000 == 0
        let digits = String(isWhole ? fraction / 1_000 : fraction)
        let zeros = String(repeating: "0", count: (isWhole ? 3 : 6) - digits.count)
        return "\(whole.dropLast()).\(zeros)\(digits)Z"
    }

    /// Reads a time with or without a fraction, in any offset; `nil` for anything else.
    public static func parse(_ text: String) -> Date? {
        (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle()))
    }
}
