import ArgumentParser
import Foundation
import Histogram

/// Times one payment at a time on an idle stack, from request to `succeeded`, beside the same
/// request when it does not wait for the saga: one local transaction against the whole road of
/// eight messages and nine transactions. The two alternate, so that a drift of the machine's speed
/// meets both.
@main
struct PaymentLatency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "PaymentLatency",
        abstract: "p50, p90 and p99 of POST /v1/payments on the stack of .farthing/stack.env.")

    @Option(help: "Payments of each kind that are timed.")
    var payments = 300

    @Option(help: "Payments of each kind before the first that is timed.")
    var warmUp = 30

    func run() async throws {
        let stack = try RunningStack.fromEnvironment()
        try stack.refuseUnlessDurable()
        let wallets = try await Wallets.open(on: stack)

        var waiting = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        var accepted = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        for round in 0..<(warmUp + payments) {
            let whole = try await time {
                try await wallets.pay(on: stack, expecting: "succeeded", prefer: "wait=5")
            }
            let transaction = try await time {
                try await wallets.pay(on: stack, expecting: "processing", prefer: nil)
            }
            // The saga of the payment that did not wait ends before the next is timed.
            _ = try await wallets.pay(on: stack, expecting: "succeeded", prefer: "wait=5")
            if round >= warmUp {
                waiting.record(whole)
                accepted.record(transaction)
            }
        }
        print(stack.machine)
        print("\(payments) payments of each kind, one at a time, idle stack, microseconds")
        report("request to succeeded (Prefer: wait=5)", waiting)
        report("request to accepted (one transaction) ", accepted)
        let ratio = waiting.valueAtPercentile(50) * 100 / max(1, accepted.valueAtPercentile(50))
        print("ratio of the medians: \(ratio / 100).\(String(ratio % 100 + 100).dropFirst())")
    }

    private func time(_ body: () async throws -> Void) async throws -> UInt64 {
        let elapsed = try await ContinuousClock().measure(body)
        return UInt64(elapsed / .microseconds(1))
    }

    private func report(_ name: String, _ histogram: Histogram<UInt64>) {
        let figures = [50.0, 90, 99, 99.9].map { percentile in
            "p\(percentile.formatted()) \(histogram.valueAtPercentile(percentile))"
        }
        print("\(name)  \(figures.joined(separator: "  "))  max \(histogram.max)")
    }
}
