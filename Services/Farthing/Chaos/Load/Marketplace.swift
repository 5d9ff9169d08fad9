import LocalStack

/// Who pays whom: wallets, some of them with something wrong, opened through the public API.
struct Marketplace: Sendable {
    /// What every payer starts with: more than all of a run's payments take.
    static let funds: Int64 = 1_000_000_000_000

    /// A wallet, and who owns it if billing knows.
    struct Wallet: Sendable {
        let account: String
        let customer: String?
    }

    let payers: [Wallet]
    let payees: [Wallet]
    /// Has nothing.
    let poor: Wallet
    /// Takes nothing.
    let frozen: Wallet
    /// Billing refuses its owner.
    let suspended: Wallet

    /// Opens everything. Throws what keeps a request from being answered, or the refusal.
    static func open(ledger: APIClient, billing: APIClient) async throws -> Marketplace {
        let opening = Opening(ledger: ledger, billing: billing)
        let plan: JSON = [
            "currency": "USD", "percent_bp": .integer(Tariff.percentBp),
            "fixed": .integer(Tariff.fixed), "tax_bp": .integer(Tariff.taxBp),
        ]
        _ = try await billing.post("/v1/fee-plans", plan).successful()

        var payers: [Wallet] = []
        for number in 1...Order.payers {
            // Billing need not know who pays.
            payers.append(try await opening.wallet("Payer \(number)", known: number % 2 == 0))
        }
        var payees: [Wallet] = []
        for number in 1...Order.payees {
            payees.append(try await opening.wallet("Payee \(number)"))
        }
        let market = Marketplace(
            payers: payers, payees: payees, poor: try await opening.wallet("Poor"),
            frozen: try await opening.wallet("Frozen"),
            suspended: try await opening.wallet("Suspended", known: true))
        try await opening.fund(payers + [market.suspended])
        _ = try await ledger.post("/v1/accounts/\(market.frozen.account)/freeze", [:]).successful()
        let customer = market.suspended.customer ?? ""
        _ = try await billing.post("/v1/customers/\(customer)/suspend", [:]).successful()
        return market
    }

    /// Every wallet.
    var wallets: [Wallet] { payers + payees + [poor, frozen, suspended] }

    func source(of order: Order) -> Wallet {
        switch order.nature {
        case .unaffordable: poor
        case .bySuspended: suspended
        default: payers[order.payer]
        }
    }

    func destination(of order: Order) -> Wallet {
        order.nature == .toFrozen ? frozen : payees[order.payee]
    }
}

private struct Opening {
    let ledger: APIClient
    let billing: APIClient

    func wallet(_ name: String, known: Bool = false) async throws -> Marketplace.Wallet {
        let account = try await open(name, kind: "liability")
        guard known else { return Marketplace.Wallet(account: account, customer: nil) }
        let body: JSON = ["account": .string(account), "name": .string(name)]
        let customer = try await billing.post("/v1/customers", body).successful()
        return Marketplace.Wallet(account: account, customer: customer["id"].string)
    }

    /// Puts the same amount into each.
    func fund(_ wallets: [Marketplace.Wallet]) async throws {
        let bank = try await open("Bank", kind: "asset")
        let total = Marketplace.funds * Int64(wallets.count)
        var entries: [JSON] = [
            ["account": .string(bank), "side": "debit", "amount": .integer(total)]
        ]
        for wallet in wallets {
            entries.append([
                "account": .string(wallet.account), "side": "credit",
                "amount": .integer(Marketplace.funds),
            ])
        }
        _ = try await ledger.post(
            "/v1/transfers", ["currency": "USD", "entries": .array(entries)]
        ).successful()
    }

    private func open(_ name: String, kind: JSON) async throws -> String {
        let body: JSON = ["kind": kind, "currency": "USD", "name": .string(name)]
        let account = try await ledger.post("/v1/accounts", body).successful()
        guard let id = account["id"].string else {
            throw LocalStackError(.invalid, "the ledger opened an account without an id")
        }
        return id
    }
}
