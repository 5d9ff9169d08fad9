import LocalStack

/// How many payments a second are accepted over HTTP: checked, written down with their saga, its
/// first commands, the event and the audit row, and committed.
///
/// Its limit: pgbench sending the same statements in one pipeline. The relay stands still, so that no saga takes processor time from either.
struct CreatePayments: Benchmark {
    static let name = "create-payments"
    static let abstract = "POST /v1/payments, beside pgbench with the same SQL pipelined"

    /// As many as the service has (`DATABASE_POOL`), and as many as serve pgbench best.
    private static let databaseConnections = [8, 16]

    /// Nobody answers the sagas here: without patience they would ask again and again.
    private static let patience = ["payment": ["SAGA_TIMEOUT_MS": "3600000"]]

    func run(_ bench: Bench) async throws -> Report {
        try await TestedStack.with(bench.place, environment: Self.patience) { tested in
            await tested.stack.supervisor.stop("relay")
            let payments = PaymentLoad(tested, try await tested.openAccounts(1000))
            _ = try await payments.load(64).run(.time(.seconds(1)))
            var report = Report(self)
            for connections in bench.pick(short: [64, 256], long: [16, 64, 256]) {
                try await measure(connections, payments, tested, bench, &report)
            }
            report.notes = ["Latencies are of a closed loop: a connection waits for its answer."]
            return report
        }
    }

    private func measure(
        _ connections: Int, _ payments: PaymentLoad, _ tested: TestedStack, _ bench: Bench,
        _ report: inout Report
    ) async throws {
        let seconds = bench.pick(short: 1, long: 15)
        let results = Collected<LoadResult>()
        let costs = Collected<ProcessorCost>()
        let pgbench = PgBench(
            url: tested.environment.paymentDatabase,
            script: Script(PackageResources.create_payment_sql), seconds: seconds)
        let condition = "\(connections) connections"
        let measurements = try await bench.alternate(
            [
                Contestant("POST /v1/payments") {
                    let before = try await ProcessorCost.sofar(tested)
                    let result = try await payments.load(connections).run(
                        .time(.seconds(seconds)))
                    results.append(result)
                    costs.append(try await ProcessorCost.sofar(tested).since(before, result))
                    return result.rate
                }
            ]
                + bench.pick(
                    short: Array(Self.databaseConnections.prefix(1)),
                    long: Self.databaseConnections
                ).map { clients in
                    Contestant("pgbench -c \(clients), pipelined") {
                        try await pgbench.run(clients: clients, bench.place)
                    }
                })
        report.contests.append(
            Contest(condition: condition, unit: "payments/s", measurements: measurements))
        var latency = Latency()
        for result in results.all { latency.add(result.latency) }
        report.latencies.append(latency.summary("POST /v1/payments", condition))
        report.figures += ProcessorCost.figures(costs.all, condition: condition)
    }
}
