/// A funded payer, a payee and a fee plan, opened through the public API.
struct Wallets: Sendable {
    let client: Client
    let payer: String
    let payee: String

    static func open(on stack: RunningStack) async throws -> Wallets {
        let client = Client(token: stack.token)
        func account(_ kind: String, _ name: String) async throws -> String {
            try await client.create(
                "\(stack.ledger)/v1/accounts", ["kind": kind, "currency": "EUR", "name": name])
        }
        let bank = try await account("asset", "Bank")
        let payer = try await account("liability", "Payer")
        let payee = try await account("liability", "Payee")
        let amount = 1_000_000_000
        _ = try await client.create(
            "\(stack.ledger)/v1/transfers",
            [
                "currency": "EUR",
                "entries": [
                    ["account": bank, "side": "debit", "amount": amount] as [String: any Sendable],
                    ["account": payer, "side": "credit", "amount": amount],
                ],
            ])
        _ = try await client.create(
            "\(stack.billing)/v1/fee-plans",
            ["currency": "EUR", "percent_bp": 150, "fixed": 25, "tax_bp": 2000])
        return Wallets(client: client, payer: payer, payee: payee)
    }

    /// Makes one payment of 10.00 EUR; throws if its status is not the expected one.
    func pay(on stack: RunningStack, expecting status: String, prefer: String?) async throws {
        let payment = try await client.post(
            "\(stack.payment)/v1/payments",
            ["amount": 1000, "currency": "EUR", "source": payer, "destination": payee],
            prefer: prefer)
        guard payment["status"] as? String == status else {
            throw Client.Failed(description: "expected \(status), got \(payment)")
        }
    }
}
