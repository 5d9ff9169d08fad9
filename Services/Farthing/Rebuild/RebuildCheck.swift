import FoundationEssentials
import Postgres

/// Makes every balance of a ledger again from its entries, and compares it with the one that is
/// stored.
///
/// It reads one snapshot in the order of the primary keys through a cursor, so that it needs the
/// memory of one account and one piece of entries, however many there are, and locks nothing.
struct RebuildCheck {
    /// What it has seen so far.
    struct Progress {
        var accounts: Int64 = 0
        var entries: Int64 = 0
        var faults: Int64 = 0
    }

    /// Rows read at once.
    private static let piece = 20_000
    /// Without these no plan holds more than a row at a time.
    private static let begin = """
        BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
        SET LOCAL enable_sort = off;
        SET LOCAL enable_hashjoin = off;
        SET LOCAL enable_material = off;
        """
    /// Each account with each of its entries.
    private static let lines = """
        DECLARE lines NO SCROLL CURSOR FOR
        SELECT account.id, account.kind IN ('asset', 'expense'), account.posted, account.version,
               entry.version, entry.side = 'debit', entry.amount, entry.balance_after
        FROM account LEFT JOIN entry ON entry.account = account.id
        ORDER BY account.id, entry.version
        """

    let url: String
    /// Called after each piece.
    let progress: (Progress) -> Void
    /// Called for each account that is wrong: its id, and what is wrong with it.
    let fault: (String, String) -> Void

    /// Throws `PostgresError` if the database cannot be read.
    func run() throws(PostgresError) -> Progress {
        let connection = try Connection(url: url)
        try connection.execute(Self.begin)
        try connection.execute(Self.lines)
        var seen = Progress()
        var current: RebuiltAccount?
        while true {
            let rows = try connection.query("FETCH \(Self.piece) FROM lines")
            if rows.isEmpty { break }
            for row in rows {
                let id = try row.read(0, as: UUID.self)
                if current?.id != id {
                    finish(current, &seen)
                    current = try RebuiltAccount(row: row)
                }
                try current?.add(row)
                if try row.read(4, as: Int64?.self) != nil { seen.entries += 1 }
            }
            progress(seen)
        }
        finish(current, &seen)
        return seen
    }

    private func finish(_ account: RebuiltAccount?, _ seen: inout Progress) {
        guard let account else { return }
        seen.accounts += 1
        guard let what = account.fault else { return }
        seen.faults += 1
        fault("acct_\(account.id.uuidString.lowercased())", what)
    }
}
