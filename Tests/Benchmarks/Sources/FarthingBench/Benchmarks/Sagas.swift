import LocalStack
import Postgres

/// How many payments a second go the whole way, from request to `succeeded`, through three services,
/// three databases, the relay and the broker; and how long one takes at rest and at half load.
///
/// Its limit: the local transactions of one payment, each sent bare by pgbench with the machine to
/// itself, and their times added up.
struct Sagas: Benchmark {
    static let name = "sagas"
    static let abstract = "whole payments, beside the sum of their local transactions by pgbench"

    private static let connections = 64
    private static let waiting = 256

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
        let count = bench.pick(short: 4000, long: 30_000)
        let costs = Collected<ProcessorCost>()
        let local = try LocalTransactions(
            tested.environment, seconds: bench.pick(short: 1, long: 5))
        let contest = Contest(
            condition: "\(count) payments", unit: "payments/s",
            measurements: try await bench.alternate([
                Contestant("POST to succeeded, all of them") {
                    let before = try await ProcessorCost.sofar(tested)
                    let start = ContinuousClock.now
                    _ = try await payments.load(Self.connections).run(.requests(count))
                    try await untilSucceeded(tested)
                    let elapsed = ContinuousClock.now - start
                    costs.append(try await ProcessorCost.sofar(tested).since(before, count))
                    return Double(count) / (elapsed / .seconds(1))
                },
                Contestant("their transactions by pgbench") {
                    try await local.rate(bench.place)
                },
                Contestant("by \(Self.waiting) connections that wait") {
                    try await payments.load(Self.waiting, wait: 20).run(
                        .time(bench.pick(short: .seconds(3), long: .seconds(20)))
                    ).rate
                },
            ]))
        report.contests.append(contest)
        report.figures += ProcessorCost.figures(costs.all, condition: contest.condition)
        let before = try await ProcessorCost.sofar(tested)
        let rest = bench.pick(short: 3, long: 20)
        try await Task.sleep(for: .seconds(rest))
        report.figures += ProcessorCost.figures(
            [try await ProcessorCost.sofar(tested).since(before, rest)],
            condition: "at rest after it, a second")
        return contest.measurements[0].median
    }

    private func latency(
        _ payments: PaymentLoad, half: Int, _ bench: Bench, _ report: inout Report
    ) async throws {
        let few = bench.pick(short: 200, long: 1000)
        let idle = try await payments.load(1, wait: 20).run(.requests(few))
        report.latencies.append(idle.latency.summary("POST to succeeded", "idle, one at a time"))
        let accepted = try await payments.load(1).run(.requests(few))
        report.latencies.append(accepted.latency.summary("POST to accepted", "idle"))
        let loaded = try await payments.load(1024, wait: 20).run(
            .time(bench.pick(short: .seconds(5), long: .seconds(30))), .open(perSecond: half))
        report.latencies.append(
            loaded.latency.summary("POST to succeeded", "\(half)/s, open loop"))
    }

    /// Waits until no payment is under way any more. Throws if one failed, and after five minutes.
    private func untilSucceeded(_ tested: TestedStack) async throws {
        let connection = try Connection(url: tested.environment.paymentDatabase)
        func count(_ status: String) throws -> Int {
            let rows = try connection.query(
                "SELECT count(*) FROM payment WHERE tenant = 'demo' AND status = $1", status)
            return try rows.first?.read(0) ?? 0
        }
        let deadline = ContinuousClock.now + .seconds(300)
        while try count("processing") > 0 {
            guard ContinuousClock.now < deadline else {
                throw BenchError("payments are under way after five minutes")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        let failed = try count("failed")
        guard failed == 0 else { throw BenchError("\(failed) payments failed") }
    }
}
