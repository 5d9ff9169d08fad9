import LocalStack
import NIOCore
import Postgres

/// How many transfers a second the ledger posts over HTTP, one a request and many a request, for
/// different spreads over its accounts.
///
/// Beside it pgbench posts one transfer in one transaction: into tables without any check, its
/// statements one by one and all in one pipeline, and into the ledger's own tables, with all that
/// it writes and checks, in one statement. Where there is a pgledger, its functions post one
/// transfer in one transaction, and as many as a batch has.
struct LedgerTransfers: Benchmark {
    static let name = "ledger-transfers"
    static let abstract = "transfers over HTTP, beside pgbench with single-transfer SQL"

    private static let connections = 64
    private static let accounts = 100_000
    /// A batch's transfers, the most that it may have, and the connections that send batches.
    private static let batch = 1_000
    private static let batchConnections = 8
    private static let single = "POST /v1/transfers"
    private static let batched = "POST /v1/transfers/batch"

    func run(_ bench: Bench) async throws -> Report {
        try await TestedStack.with(bench.place) { tested in
            // Nobody consumes the events here: they would cost the ledger's processor time.
            await tested.stack.supervisor.stop("relay")
            bench.say("opening \(Self.accounts) accounts")
            let accounts = try createAccounts(tested.environment.ledgerDatabase)
            let pgledger = try await bench.pgledger?.install(
                accounts: accounts.count, besides: tested, batchesOf: Self.batch)
            var report = Report(self)
            for spread in Spread.allCases {
                let chooser = Chooser(spread, among: accounts.count)
                let load = TransferLoad(tested, accounts, chooser)
                report.contests += try await measure(
                    spread, load, pgledger, tested, bench, &report)
            }
            try checkBalances(tested.environment.ledgerDatabase)
            try pgledger?.checkBalances()
            report.notes += [
                "\(accounts.count) accounts. Single transfers by \(Self.connections) connections; "
                    + "batches of \(Self.batch) by \(Self.batchConnections).",
                "What is posted is sealed a moment later: not in its rate, but in what it costs.",
                pgledger == nil
                    ? "pgledger was not measured: see --pgledger."
                    : "pgledger writes a transfer and its entries; no key, no event, no audit.",
            ]
            return report
        }
    }

    private func measure(
        _ spread: Spread, _ load: TransferLoad, _ pgledger: PgLedger.Installed?,
        _ tested: TestedStack, _ bench: Bench, _ report: inout Report
    ) async throws -> [Contest] {
        let seconds = bench.pick(short: 1, long: 15)
        // Batches take tenths of a second: less time would be little but beginnings and ends.
        let batchSeconds = max(seconds, 4)
        let costs = Collected<ProcessorCost>()
        let batchCosts = Collected<ProcessorCost>()
        let idCosts = Collected<ProcessorCost>()
        func pgbench(_ script: Script) -> @Sendable () async throws -> Double {
            let runner = PgBench(
                url: tested.environment.ledgerDatabase, script: script, seconds: seconds)
            return {
                let rate = try await runner.run(clients: Self.connections, bench.place)
                try await allIsSealed(tested)
                return rate
            }
        }
        let single = Contestant(Self.single) {
            let before = try await ProcessorCost.sofar(tested)
            let result = try await load.singles(Self.connections).run(.time(.seconds(seconds)))
            try await allIsSealed(tested)
            costs.append(try await ProcessorCost.sofar(tested).since(before, result))
            return result.rate
        }
        func batched(_ title: String, answer: String) -> Contestant {
            Contestant(title) {
                let before = try await ProcessorCost.sofar(tested)
                let batches = try load.batches(
                    Self.batchConnections, of: Self.batch, answer: answer)
                let result = try await batches.run(.time(.seconds(batchSeconds)))
                try await allIsSealed(tested)
                let count = (result.completed - result.failed) * Self.batch
                let cost = try await ProcessorCost.sofar(tested).since(before, max(1, count))
                (answer == "ids" ? idCosts : batchCosts).append(cost)
                return Double(count) / (result.elapsed / .seconds(1))
            }
        }
        let accounts = load.count
        let byHand = Contestant(
            "pgbench, statement by statement",
            pgbench(BareLedger.transfer(spread, accounts, pipelined: false)))
        let pipelined = Contestant(
            "pgbench, pipelined", pgbench(BareLedger.transfer(spread, accounts, pipelined: true)))
        let checked = Contestant(
            "pgbench, the ledger's tables", pgbench(BareLedger.checkedTransfer(spread, accounts)))
        // The short run leaves out what tells little more for the other spreads.
        let others = bench.pick(
            short: spread == .uniform ? [pipelined, checked] : [], long: [pipelined, checked])
        let idsOnly = batched("\(Self.batched), ids", answer: "ids")
        let batches =
            [batched(Self.batched, answer: "transfers")]
            + bench.pick(short: spread == .uniform ? [idsOnly] : [], long: [idsOnly])
        let peers =
            pgledger.map { peer in
                [
                    Contestant(PgLedger.single) {
                        try await peer.single(spread, seconds: seconds)
                            .run(clients: Self.connections, bench.place)
                    },
                    Contestant(PgLedger.batched) {
                        try await peer.batched(spread, seconds: seconds)
                            .runLong(clients: Self.batchConnections, bench.place)
                            * Double(Self.batch)
                    },
                ]
            } ?? []
        let measurements = try await bench.alternate(
            [single, byHand] + others + batches + peers)
        report.figures += ProcessorCost.figures(costs.all, condition: "\(spread.rawValue), single")
        report.figures += ProcessorCost.figures(
            batchCosts.all, condition: "\(spread.rawValue), batched")
        report.figures += ProcessorCost.figures(
            idCosts.all, condition: "\(spread.rawValue), batched, ids")
        return Self.contests(spread, measurements)
    }

    /// What is posted one by one; and our batches beside that and beside pgledger's.
    private static func contests(_ spread: Spread, _ measurements: [Measurement]) -> [Contest] {
        func isBatched(_ one: Measurement) -> Bool { one.who.hasPrefix(batched) }
        let batches = measurements.filter(isBatched)
        let others = measurements.filter { !isBatched($0) }
        return [
            Contest(
                condition: spread.rawValue, unit: "transfers/s",
                measurements: others.filter { $0.who != PgLedger.batched }),
            Contest(
                condition: "\(spread.rawValue), batched", unit: "transfers/s",
                measurements: batches + others.filter { $0.who != single }),
        ]
    }

    /// Waits until the ledger has sealed what was posted, which it does a moment later: the cost is
    /// that of whoever posted it, and nobody else's time.
    private func allIsSealed(_ tested: TestedStack) async throws {
        let connection = try Connection(url: tested.environment.ledgerDatabase)
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            // Only the last is looked up: counting them would cost what is measured.
            let isSealed: Bool = try connection.query(
                """
                SELECT NOT EXISTS (
                    SELECT FROM (SELECT id FROM transfer ORDER BY xid DESC, id DESC LIMIT 1) AS last
                     WHERE NOT EXISTS (
                        SELECT FROM audit_leaf
                         WHERE kind = 'transfer' AND row_key = 'txn_' || last.id))
                """)[0].read(0)
            if isSealed { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw BenchError("the ledger has not sealed what was posted")
    }

    /// Throws `BenchError` unless both ledgers' balances sum to zero.
    private func checkBalances(_ url: String) throws {
        let row = try Connection(url: url).query(
            """
            SELECT (SELECT sum(posted) = 0 FROM account),
                   (SELECT sum(posted) = 0 FROM bare.account)
            """)[0]
        guard try row.read(0, as: Bool.self), try row.read(1, as: Bool.self) else {
            throw BenchError("the ledger's balances or the bare ones do not sum to zero")
        }
    }

    /// The ledger's accounts and the bare ones. Opening them one by one would take longer than all
    /// that is measured.
    private func createAccounts(_ url: String) throws -> [String] {
        let script = Script(PackageResources.bare_ledger_sql, ["accounts": "\(Self.accounts)"])
        let connection = try Connection(url: url)
        try connection.execute(script.text)
        return try connection.query("SELECT 'acct_' || id FROM bare.numbered ORDER BY number").map {
            try $0.read(0)
        }
    }
}
