import FoundationEssentials
import Postgres

extension Moment {
    /// The nearest microsecond.
    init(_ date: Date) { self.init(microseconds: date.microsecondsSince2001) }

    /// For the database, which rounds it to the same microsecond again.
    var date: Date { Date(microsecondsSince2001: microseconds) }
}
