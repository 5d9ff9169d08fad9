/// A point in time, exact to the microsecond that the database keeps.
struct Moment: Hashable, Comparable, Sendable {
    /// Since 2001-01-01 00:00 UTC.
    let microseconds: Int64

    /// Before it the ledger keeps no time: 1900-01-01.
    static let earliest = Moment(microseconds: -3_187_296_000_000_000)
    /// Until 2200-01-01.
    static let range = earliest...Moment(microseconds: 6_279_811_200_000_000)

    /// The first one after it.
    var next: Moment { Moment(microseconds: microseconds + 1) }

    static func < (one: Moment, two: Moment) -> Bool { one.microseconds < two.microseconds }
}
