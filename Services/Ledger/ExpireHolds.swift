import Contracts
import Postgres

/// Gives the funds back of holds whose time is up.
enum ExpireHolds {
    /// How many one transaction resolves, so that none holds its locks for long.
    static let batch = 200

    /// Resolves the longest overdue holds; gives the number of them. Any number of processes may
    /// sweep at once: the accounts' locks let one of them resolve each hold.
    static func sweep(_ database: Database) async throws -> Int {
        try await database.transaction { tx in
            let overdue = try tx.query(BookQueries.overdueHolds, Int64(batch)).map { row in
                Owned(tenant: try row.read(1), name: HoldID(try row.read(0)))
            }
            guard !overdue.isEmpty else { return 0 }
            var named = WorkingSet()
            for hold in overdue { named.name(hold.name, of: hold.tenant) }
            var book = try Book.load(named, in: tx)
            for hold in overdue {
                try book.expire(hold.name, for: Cause(tenant: hold.tenant, actor: "ledger"))
            }
            try book.record(in: tx)
            return overdue.count
        }
    }

    /// Sweeps until nothing is overdue.
    static func sweepAll(_ database: Database) async throws {
        while try await sweep(database) == batch { try Task.checkCancellation() }
    }
}
