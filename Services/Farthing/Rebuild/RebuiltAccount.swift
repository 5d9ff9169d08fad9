import FoundationEssentials
import Postgres

/// An account whose balance is made again from its entries, one by one.
struct RebuiltAccount {
    let id: UUID
    private let isDebitNormal: Bool
    private let stored: (posted: Int64, version: Int64)
    private var posted: Int64 = 0
    private var version: Int64 = 0
    /// The first thing that was wrong with an entry.
    private var wrongEntry: String?

    /// Reads the account's columns of `RebuildCheck.lines`.
    init(row: Row) throws(PostgresError) {
        id = try row.read(0)
        isDebitNormal = try row.read(1)
        stored = (try row.read(2), try row.read(3))
    }

    /// Adds the entry of a row; an account without entries has a row without one.
    mutating func add(_ row: Row) throws(PostgresError) {
        guard let next = try row.read(4, as: Int64?.self) else { return }
        let amount = try row.read(6, as: Int64.self)
        let adds = try row.read(5, as: Bool.self) == isDebitNormal
        let (sum, overflow) =
            adds
            ? posted.addingReportingOverflow(amount) : posted.subtractingReportingOverflow(amount)
        if next != version + 1 { note("entry \(next) follows entry \(version)") }
        if overflow { note("entry \(next) exceeds what can be counted") }
        posted = sum
        version = next
        let after = try row.read(7, as: Int64.self)
        if after != sum { note("entry \(next) says \(after), but the entries make \(sum)") }
    }

    private mutating func note(_ fault: String) {
        if wrongEntry == nil { wrongEntry = fault }
    }

    /// What is wrong with it; `nil` if its entries make its balance.
    var fault: String? {
        if let wrongEntry { return wrongEntry }
        if posted != stored.posted {
            return "a balance of \(stored.posted) is stored, but the entries make \(posted)"
        }
        if version != stored.version {
            return "version \(stored.version) is stored, but there are \(version) entries"
        }
        return nil
    }
}
