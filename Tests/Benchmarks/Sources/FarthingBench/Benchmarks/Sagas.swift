import LocalStack

/// How many payments a second go the whole way, from request to `succeeded`, through three services,
/// three databases, the relay and the broker; and how long one takes at rest and at half load.
///
/// Its limit: the local transactions of one payment, each sent bare by pgbench with the machine to
/// itself, and their times added up.
struct Sagas: Benchmark {
    static let name = "sagas"
    static let abstract = "whole payments, beside the sum of their local transactions by pgbench"

    private static let connections = 256

    func run(_ bench: Bench) async throws -> Report {
        try await TestedStack.with(bench.place) { tested in
            try await tested.openFeePlan()
            let payments = PaymentLoad(tested, try await tested.openAccounts(1000))
            bench.say("warming up")
            _ = try await payments.load(32, wait: 20).run(.time(.seconds(2)))
            var report = Report(self)
            let sustained = try await throughput(payments, tested, bench, &report)
            try await latency(payments, half: Int(sustained / 2), bench, &report)
            return report
        }
    }

    private func throughput(
        _ payments: PaymentLoad, _ tested: TestedStack, _ bench: Bench, _ report: inout Report
    ) async throws -> Double {
        let seconds = bench.pick(short: 5, long: 30)
        let results = Collected<LoadResult>()
        let costs = Collected<ProcessorCost>()
        let local = try LocalTransactions(
            tested.environment, seconds: bench.pick(short: 1, long: 5))
        let contest = Contest(
            condition: "\(Self.connections) connections", unit: "payments/s",
            measurements: try await bench.alternate([
                Contestant("POST to succeeded") {
                    let before = try await ProcessorCost.sofar(tested)
                    let result = try await payments.load(Self.connections, wait: 20).run(
                        .time(.seconds(seconds)))
                    results.append(result)
                    costs.append(try await ProcessorCost.sofar(tested).since(before, result))
                    return result.rate
                },
                Contestant("their transactions by pgbench") {
                    try await local.rate(bench.place)
                },
            ]))
        report.contests.append(contest)
        report.figures.append(
            Figure(
                what: "the load generator itself", condition: contest.condition,
                value: Measurement.median(of: results.all.map(\.processorShare)), unit: "cores"))
        report.figures += ProcessorCost.figures(costs.all, condition: contest.condition)
        var latency = Latency()
        for result in results.all { latency.add(result.latency) }
        report.latencies.append(latency.summary("POST to succeeded", "full load, closed loop"))
        return contest.measurements[0].median
    }

    private func latency(
        _ payments: PaymentLoad, half: Int, _ bench: Bench, _ report: inout Report
    ) async throws {
        let idle = try await payments.load(1, wait: 20).run(
            .requests(bench.pick(short: 200, long: 1000)))
        report.latencies.append(idle.latency.summary("POST to succeeded", "idle, one at a time"))
        let accepted = try await payments.load(1).run(
            .requests(bench.pick(short: 200, long: 1000)))
        report.latencies.append(accepted.latency.summary("POST to accepted", "idle"))
        let loaded = try await payments.load(1024, wait: 20).run(
            .time(bench.pick(short: .seconds(5), long: .seconds(30))), .open(perSecond: half))
        report.latencies.append(
            loaded.latency.summary("POST to succeeded", "\(half)/s, open loop"))
    }
}
