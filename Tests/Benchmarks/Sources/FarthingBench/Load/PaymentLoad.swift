import LocalStack

/// Payments of 10.00 EUR between wallets, each from another one to another one.
struct PaymentLoad: Sendable {
    private let tested: TestedStack
    private let wallets: [String]

    init(_ tested: TestedStack, _ wallets: [String]) {
        self.tested = tested
        self.wallets = wallets
    }

    /// - Parameter wait: seconds that a request waits for its payment's end; 0 does not wait.
    func load(_ connections: Int, wait: Int = 0) throws -> Load {
        let url = tested.environment.paymentURL
        let request = tested.post(
            url, "/v1/payments", headers: wait > 0 ? [("Prefer", "wait=\(wait)")] : [])
        let run = UInt32.random(in: 0...UInt32.max)
        let wallets = wallets
        return Load(target: try Target(url), connections: connections) { number, buffer in
            let payer = wallets[number % wallets.count]
            let payee = wallets[(number + number / wallets.count + 1) % wallets.count]
            let other = payee == payer ? wallets[(number + 1) % wallets.count] : payee
            request.write(
                "payment-\(run)-\(number)",
                """
                {"amount":1000,"currency":"EUR","source":"\(payer)","destination":"\(other)"}
                """, to: &buffer)
        }
    }
}
