import Foundation
import LocalStack
import Postgres

/// pgledger, a ledger of PL/pgSQL functions, where somebody has a clone of it
/// (https://github.com/pgr0ss/pgledger). Only what it offers its users is called.
struct PgLedger: Sendable {
    /// Who is measured.
    static let single = "pgbench, pgledger"
    static let batched = "pgbench, pgledger's batches"

    private static let database = "pgledger"
    private static let batches = 200

    /// What its README says to run, in that order.
    private static let files = [
        "vendor/scoville-pgsql-ulid/ulid-to-uuid.sql",
        "vendor/scoville-pgsql-ulid/uuid-to-ulid.sql",
        "pgledger.sql",
    ]
    private let sql: [String]

    /// Reads it from a clone's folder. Throws `BenchError` if it is not there.
    init(in folder: String) throws {
        sql = try Self.files.map { file in
            guard let text = try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            else { throw BenchError("no \(file) in \(folder)") }
            return text
        }
    }

    /// Installs it on the ledger's server, with as many accounts as the ledger has there.
    func install(
        accounts: Int, besides tested: TestedStack, batchesOf size: Int
    ) async throws -> Installed {
        let roles = PostgresRoles(superuserURL: try tested.ledgerServerURL("postgres"))
        try await roles.createDatabase(Self.database, owner: "postgres")
        let url = try tested.ledgerServerURL(Self.database)
        let connection = try Connection(url: url)
        for text in sql { try connection.execute(text) }
        let values = ["accounts": "\(accounts)"]
        try connection.execute(Script(PackageResources.pgledger_accounts_sql, values).text)
        for spread in Spread.allCases {
            try Self.draw(Self.batches, of: size, spread, accounts, connection)
        }
        return Installed(url: url, accounts: accounts, batch: size)
    }

    /// Its transfers are those that the ledger's batches are made of.
    private static func draw(
        _ batches: Int, of size: Int, _ spread: Spread, _ accounts: Int,
        _ connection: borrowing Connection
    ) throws {
        let chooser = Chooser(spread, among: accounts)
        let pairs = (0..<batches * size).map(chooser.pair)
        try connection.query(
            """
            INSERT INTO bench.batch (spread, number, transfers)
            SELECT $1, (place - 1) / $2 + 1,
                   array_agg((debtor.id, creditor.id, 1.00)::transfer_request ORDER BY place)
              FROM unnest($3::bigint[], $4::bigint[]) WITH ORDINALITY AS pair (f, t, place)
              JOIN bench.numbered debtor ON debtor.number = f + 1
              JOIN bench.numbered creditor ON creditor.number = t + 1
             GROUP BY (place - 1) / $2
            """,
            spread.rawValue, size, pairs.map { $0.from }, pairs.map { $0.to })
    }

    /// Its database on the ledger's server.
    struct Installed: Sendable {
        fileprivate let url: String
        fileprivate let accounts: Int
        fileprivate let batch: Int

        func single(_ spread: Spread, seconds: Int) -> PgBench {
            let values = ["accounts": spread.drawTwo(of: accounts)]
            return PgBench(
                url: url, script: Script(PackageResources.pgledger_transfer_sql, values),
                seconds: seconds)
        }

        func batched(_ spread: Spread, seconds: Int) -> PgBench {
            let values = ["batches": "\(PgLedger.batches)", "spread": spread.rawValue]
            return PgBench(
                url: url, script: Script(PackageResources.pgledger_batch_sql, values),
                seconds: seconds)
        }

        /// Throws `BenchError` if money was made or lost, and if none has moved.
        func checkBalances() throws {
            let row = try Connection(url: url).query(
                """
                SELECT (SELECT sum(balance) = 0 FROM pgledger_accounts_view),
                       (SELECT sum(amount) = 0 FROM pgledger_entries_view)
                """)[0]
            let balances: Bool? = try row.read(0)
            let entries: Bool? = try row.read(1)
            guard balances == true, entries == true else {
                throw BenchError("pgledger's balances and entries do not sum to zero")
            }
        }
    }
}
