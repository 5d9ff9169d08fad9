import LocalStack

/// Who plays in the demonstration, and what they own.
struct Cast: Sendable {
    /// Someone with a wallet, a liability of the operator, and known to billing.
    struct Person: Sendable {
        let name: String
        let account: String
        /// `nil` for one who only receives.
        let customer: String?
    }

    struct People: Sendable {
        let alice: Person
        let bob: Person
        let carol: Person
    }

    let ledger: APIClient
    let billing: APIClient

    /// Opens the accounts, puts money into two wallets, sets the fees. Throws when a request is
    /// refused.
    func assemble(_ say: @Sendable (String) -> Void) async throws -> People {
        let bank = try await open("Bank", kind: "asset")
        say("Bank".column(8) + "\(bank)  an asset of the operator")
        let bob = Person(name: "Bob", account: try await openWallet("Bob"), customer: nil)
        let alice = try await customer("Alice")
        let carol = try await customer("Carol")
        for person in [alice, bob, carol] {
            say(person.name.column(8) + "\(person.account)  a wallet")
        }

        let plan: JSON = ["currency": "USD", "percent_bp": 290, "fixed": 30, "tax_bp": 1000]
        _ = try await billing.post("/v1/fee-plans", plan).successful()
        say("A payment costs 2.90 % and 0.30 USD, and 10 % tax on that.")

        let funding: JSON = [
            "currency": "USD",
            "entries": [
                ["account": .string(bank), "side": "debit", "amount": 120_000],
                ["account": .string(alice.account), "side": "credit", "amount": 100_000],
                ["account": .string(carol.account), "side": "credit", "amount": 20_000],
            ],
        ]
        _ = try await ledger.post("/v1/transfers", funding).successful()
        say("Alice deposits 1000.00 USD, Carol 200.00 USD.")

        let suspension = "/v1/customers/\(carol.customer ?? "")/suspend"
        _ = try await billing.post(suspension, [:]).successful()
        say("Billing suspends Carol.")
        return People(alice: alice, bob: bob, carol: carol)
    }

    private func customer(_ name: String) async throws -> Person {
        let account = try await openWallet(name)
        let body: JSON = ["account": .string(account), "name": .string(name)]
        let customer = try await billing.post("/v1/customers", body).successful()
        return Person(name: name, account: account, customer: customer["id"].string)
    }

    private func openWallet(_ name: String) async throws -> String {
        try await open("\(name)'s wallet", kind: "liability")
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
