public import FoundationEssentials
public import LocalStack

/// A small world to pay in: a bank, a funded payer, a payee and a fee plan, all opened through the
/// public API of a running stack.
///
/// A payment costs 2.90 % and 0.30, and 20 % tax on that.
public struct Market: Sendable {
    public let stack: TestStack
    public let currency: String
    public let bank: String
    public let payer: String
    public let payee: String

    /// Opens it. `funds` are minor units that the payer starts with.
    public static func open(
        on stack: TestStack, currency: String = "USD", funds: Int64 = 1_000_000,
        withFeePlan: Bool = true
    ) async throws -> Market {
        let bank = try await openAccount("Bank", "asset", currency, on: stack)
        let payer = try await openAccount("Payer", "liability", currency, on: stack)
        let payee = try await openAccount("Payee", "liability", currency, on: stack)
        let market = Market(
            stack: stack, currency: currency, bank: bank, payer: payer, payee: payee)
        if withFeePlan {
            _ = try await stack.billing.post(
                "/v1/fee-plans",
                [
                    "currency": .string(currency), "percent_bp": 290, "fixed": 30,
                    "tax_bp": 2000,
                ]
            ).successful()
        }
        if funds > 0 { try await market.fund(payer, funds) }
        return market
    }

    /// Opens one more wallet.
    public func openWallet(_ name: String, currency: String? = nil) async throws -> String {
        try await Self.openAccount(name, "liability", currency ?? self.currency, on: stack)
    }

    /// Moves money from the bank into a wallet.
    public func fund(_ account: String, _ amount: Int64) async throws {
        try await move(amount, from: bank, to: account)
    }

    /// Moves money from one account to another, debiting the first.
    public func move(_ amount: Int64, from source: String, to account: String) async throws {
        let transfer: JSON = [
            "currency": .string(currency),
            "entries": [
                ["account": .string(source), "side": "debit", "amount": .integer(amount)],
                ["account": .string(account), "side": "credit", "amount": .integer(amount)],
            ],
        ]
        _ = try await stack.ledger.post("/v1/transfers", transfer).successful()
    }

    /// Registers the owner of an account with billing; answers the customer's id.
    public func register(_ account: String, creditLimit: Int64? = nil) async throws -> String {
        var customer: [String: JSON] = ["account": .string(account), "name": "Somebody"]
        if let creditLimit { customer["credit_limit"] = .integer(creditLimit) }
        let answer = try await stack.billing.post("/v1/customers", .object(customer)).successful()
        return answer["id"].string ?? ""
    }

    /// Freezes, unfreezes or closes an account.
    public func change(_ account: String, _ change: String) async throws {
        _ = try await stack.ledger.post("/v1/accounts/\(account)/\(change)", [:]).successful()
    }

    /// The body of a payment from payer to payee, with what `changes` says otherwise.
    public func order(_ amount: Int64, _ changes: [String: JSON] = [:]) -> JSON {
        let standard: [String: JSON] = [
            "amount": .integer(amount), "currency": .string(currency), "source": .string(payer),
            "destination": .string(payee),
        ]
        return .object(standard.merging(changes) { $1 })
    }

    /// Pays and waits for the end of the saga.
    public func pay(
        _ amount: Int64, _ changes: [String: JSON] = [:], key: String = UUID().uuidString
    ) async throws -> APIClient.Answer {
        try await stack.payment.post(
            "/v1/payments", order(amount, changes), idempotencyKey: key,
            headers: ["Prefer": "wait=20"])
    }

    /// Refunds a payment, all that is left of it unless `changes` says otherwise, and waits for the
    /// end of the saga.
    public func refund(
        _ payment: JSON, _ changes: [String: JSON] = [:]
    ) async throws -> APIClient.Answer {
        try await stack.payment.post(
            "/v1/payments/\(payment["id"].string ?? "")/refunds", .object(changes),
            headers: ["Prefer": "wait=20"])
    }

    /// What an account holds, in minor units.
    public func balance(of account: String) async throws -> Balance {
        let answer = try await stack.ledger.get("/v1/accounts/\(account)").successful()
        return Balance(
            posted: answer["balance"]["posted"].integer ?? .min,
            pendingOut: answer["balance"]["pending_out"].integer ?? .min,
            available: answer["balance"]["available"].integer ?? .min)
    }

    public struct Balance: Equatable, Sendable {
        public let posted: Int64
        public let pendingOut: Int64
        public let available: Int64

        /// Nothing is held.
        public static func settled(_ amount: Int64) -> Balance {
            Balance(posted: amount, pendingOut: 0, available: amount)
        }

        public init(posted: Int64, pendingOut: Int64, available: Int64) {
            self.posted = posted
            self.pendingOut = pendingOut
            self.available = available
        }
    }

    private static func openAccount(
        _ name: String, _ kind: String, _ currency: String, on stack: TestStack
    ) async throws -> String {
        let account = try await stack.ledger.post(
            "/v1/accounts",
            ["kind": .string(kind), "currency": .string(currency), "name": .string(name)]
        ).successful()
        return account["id"].string ?? ""
    }
}
