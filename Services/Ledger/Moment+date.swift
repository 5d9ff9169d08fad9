import FoundationEssentials

extension Moment {
    /// The nearest microsecond.
    init(_ date: Date) {
        self.init(
            microseconds: Int64((date.timeIntervalSinceReferenceDate * 1_000_000).rounded()))
    }

    /// For the database, which rounds it to the same microsecond again.
    var date: Date {
        Date(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000)
    }
}
