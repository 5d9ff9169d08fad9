import FoundationEssentials
import LocalStack

/// Clients that pay at the same time and do not give up: each asks again with the same idempotency
/// key until it is answered, as a careful customer's program does.
public struct Crowd: Sendable {
    public let market: Market
    /// How long one payment may go without an answer.
    public var patience: Duration = .seconds(180)

    public init(_ market: Market) { self.market = market }

    /// How the payments ended.
    public struct Outcome: Sendable {
        public var succeeded = 0
        public var failed = 0
        public var payments: [String] = []
    }

    /// A payment that was not answered, or did not end, in time.
    public struct Stuck: Error, CustomStringConvertible {
        public let description: String
    }

    /// Makes payments, `clients` at a time, and waits until each has ended.
    ///
    /// Every fifth asks for more than anybody has and must fail; all others are of `amount`.
    public func pay(_ count: Int, clients: Int = 8, amount: Int64 = 1000) async throws -> Outcome {
        try await withThrowingTaskGroup(of: [(String, Bool)].self) { group in
            for client in 0..<clients {
                group.addTask {
                    var ended: [(String, Bool)] = []
                    for number in stride(from: client, to: count, by: clients) {
                        let tooMuch = number % 5 == 4
                        let id = try await accept(tooMuch ? 90_000_000_000_000 : amount)
                        ended.append((id, try await end(of: id)))
                    }
                    return ended
                }
            }
            var outcome = Outcome()
            for try await ended in group {
                for (payment, succeeded) in ended {
                    outcome.payments.append(payment)
                    if succeeded { outcome.succeeded += 1 } else { outcome.failed += 1 }
                }
            }
            return outcome
        }
    }

    /// Posts until there is an answer that is not "try again".
    private func accept(_ amount: Int64) async throws -> String {
        let key = UUID().uuidString
        let order = market.order(amount)
        var last = "no answer"
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            do {
                let answer = try await market.stack.payment.post(
                    "/v1/payments", order, idempotencyKey: key)
                if let id = answer.body["id"].string, (200..<300).contains(answer.status) {
                    return id
                }
                last = "\(answer.status) \(String(decoding: answer.bytes, as: UTF8.self))"
                guard answer.status == 409 || answer.status == 503 else { break }
            } catch {
                last = "\(error)"
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Stuck(description: "a payment was not accepted: \(last)")
    }

    /// Asks until the payment has ended; tells whether it succeeded.
    private func end(of payment: String) async throws -> Bool {
        var last = "no answer"
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            if let answer = try? await market.stack.payment.get("/v1/payments/\(payment)") {
                switch answer.body["status"].string {
                case "succeeded": return true
                case "failed": return false
                default: last = String(decoding: answer.bytes, as: UTF8.self)
                }
            }
            // Often enough for whoever waits, and seldom enough to leave the system to itself.
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Stuck(description: "\(payment) did not end: \(last)")
    }
}
