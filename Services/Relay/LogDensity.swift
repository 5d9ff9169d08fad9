import Postgres

/// Guesses how many events lie in the part of the log that was not read yet: as many a byte as in
/// the part that was.
///
/// An estimate, and nothing is asked of the database for it: other tables' share of the log may be
/// another one there. Pure.
struct LogDensity {
    private var first: LSN?
    private var last = LSN.zero
    private var events = 0

    /// A transaction begins whose commit lies there.
    mutating func begin(at position: LSN) {
        if first == nil { first = position }
    }

    /// An event was read.
    mutating func count() { events += 1 }

    /// Everything before that position was read.
    mutating func read(to position: LSN) { last = max(last, position) }

    /// How many there may be between what was read and that position; 0 while nothing was read.
    func events(upTo end: LSN) -> Int {
        guard let first, last > first, end > last else { return 0 }
        let unread = Double(end.rawValue - last.rawValue)
        return Int(unread * Double(events) / Double(last.rawValue - first.rawValue))
    }
}
