import Synchronization

/// Payments that a watchful operator makes to see whether the system works.
final class Probes: Sendable {
    private let customer: Customer
    private let count = Mutex(0)

    /// `customer`'s patience bounds how long a recovery may take.
    init(_ customer: Customer) { self.customer = customer }

    /// Probes have numbers of their own, beyond those of any load.
    static let firstNumber = 1_000_000_000

    /// Makes a payment now and waits until it has succeeded; `nil` if it has not in time.
    func timeToSucceed() async -> Duration? {
        let number = count.withLock { count in
            count += 1
            return Self.firstNumber + count
        }
        let began = ContinuousClock.now
        let order = Order.probe(number, seed: customer.seed)
        guard case .acknowledged(let id) = await customer.pay(order),
            await customer.end(of: id) == "succeeded"
        else { return nil }
        return began.duration(to: .now)
    }
}
