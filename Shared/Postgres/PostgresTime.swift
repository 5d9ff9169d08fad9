public import FoundationEssentials

/// Postgres counts time in microseconds since 2000-01-01 00:00 UTC.
enum PostgresTime {
    /// Seconds between 2000-01-01 and Foundation's reference date, 2001-01-01.
    private static let offset = 366.0 * 86_400

    /// The stored form, or `nil` where the date lies outside of what `timestamptz` can hold.
    static func microseconds(_ date: Date) -> Int64? {
        let seconds = date.timeIntervalSinceReferenceDate + offset
        // Doubles hold whole microseconds exactly up to 2^53 of them, 285 years.
        guard seconds.magnitude < 9_000_000_000 else { return nil }
        return Int64((seconds * 1_000_000).rounded())
    }

    /// The date of a stored form, or `nil` for `infinity` and `-infinity`.
    static func date(_ microseconds: Int64) -> Date? {
        guard microseconds != .max, microseconds != .min else { return nil }
        return Date(
            timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000 - offset)
    }
}

/// Times to the microsecond that Postgres keeps, for whoever compares or counts them.
extension Date {
    /// Since 2001-01-01 00:00 UTC, the nearest one.
    public var microsecondsSince2001: Int64 {
        Int64((timeIntervalSinceReferenceDate * 1_000_000).rounded())
    }

    public init(microsecondsSince2001 microseconds: Int64) {
        self.init(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000)
    }
}
