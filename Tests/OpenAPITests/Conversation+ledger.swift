import LocalStack
import Testing

extension Conversation {
    /// Accounts, transfers and holds, each in every way.
    func speakOfLedger() async throws {
        let bank = try await open("Bank", kind: "asset")
        let (ada, bob) = (try await open("Ada"), try await open("Bob"))
        try await speakOfAccounts(ada)
        let order: JSON = transfer(bank, ada, 100_000, ["reference": "funding"])
        let funded = try await post(.ledger, "/v1/transfers", order)
        let key = "once"
        for _ in 0..<2 {
            _ = try await post(.ledger, "/v1/transfers", transfer(ada, bob, 100), key: key)
        }
        #expect(try await post(.ledger, "/v1/transfers", order).status == 409)
        #expect(
            try await post(.ledger, "/v1/transfers", transfer(bob, ada, 1_000_000)).status == 402)
        _ = try await post(.ledger, "/v1/transfers", transfer(ada, bob, 100, ["dry_run": true]))
        try await speakOfBatches(ada, bob)
        try await speakOfHistory(ada)

        let id = try id(funded)
        _ = try await get(.ledger, "/v1/transfers/\(id)")
        for query in ["", "?reference=funding", "?limit=1"] {
            _ = try await get(.ledger, "/v1/transfers" + query)
        }
        for body in [["amount": 500], [:], [:]] as [JSON] {
            _ = try await post(.ledger, "/v1/transfers/\(id)/reverse", body)
        }
        try await speakOfHolds(ada, bob)
        _ = try await get(.ledger, "/v1/trial-balance?axis=known")
    }

    func open(_ name: String, kind: String = "liability") async throws -> String {
        try id(
            try await post(
                .ledger, "/v1/accounts",
                [
                    "kind": .string(kind), "currency": "USD", "name": .string(name),
                    "overdraft_limit": kind == "asset" ? nil : 1_000,
                    "metadata": ["who": .string(name)],
                ]))
    }

    func transfer(
        _ from: String, _ to: String, _ amount: Int64, _ more: [String: JSON] = [:]
    ) -> JSON {
        let plain: [String: JSON] = [
            "currency": "USD",
            "entries": [
                ["account": .string(from), "side": "debit", "amount": .integer(amount)],
                [
                    "account": .string(to), "side": "credit", "amount": .integer(amount),
                    "currency": "USD",
                ],
            ],
        ]
        return .object(plain.merging(more) { $1 })
    }

    private func speakOfAccounts(_ ada: String) async throws {
        _ = try await get(.ledger, "/v1/accounts/\(ada)")
        let all = try await get(.ledger, "/v1/accounts?limit=1")
        let cursor = try #require(all.body["next_cursor"].string)
        for query in [
            "cursor=\(cursor)", "kind=liability&status=active&currency=USD",
            "metadata.who=Ada", "metadata.=Ada",
        ] {
            _ = try await get(.ledger, "/v1/accounts?" + query)
        }
        _ = try await post(
            .ledger, "/v1/accounts/\(ada)/update",
            ["name": "Ada L.", "overdraft_limit": 5_000, "metadata": ["who": "Ada"]])
        let idle = try await open("Idle")
        for verb in ["freeze", "unfreeze", "close", "freeze"] {
            _ = try await post(.ledger, "/v1/accounts/\(idle)/\(verb)")
        }
        _ = try await post(.ledger, "/v1/accounts/\(idle)/update", ["name": "Late"])
    }

    private func speakOfBatches(_ ada: String, _ bob: String) async throws {
        let sound = transfer(ada, bob, 1, ["metadata": ["n": "1"]])
        let refused = transfer(bob, ada, 99_999_999)
        let keyed = transfer(ada, bob, 2, ["idempotency_key": "batch-1"])
        for body in [
            ["transfers": [sound, refused, keyed, keyed]],
            ["mode": "atomic", "transfers": [sound, sound]],
            ["mode": "atomic", "transfers": [sound, refused]], ["transfers": []],
            ["answer": "ids", "transfers": [sound, refused]],
        ] as [JSON] {
            _ = try await post(.ledger, "/v1/transfers/batch", body)
        }
    }

    private func speakOfHistory(_ ada: String) async throws {
        let place = "/v1/accounts/\(ada)"
        for axis in ["effective", "known"] {
            _ = try await get(.ledger, place + "/balance?axis=\(axis)&at=2026-01-01T00:00:00Z")
            let page = try await get(.ledger, place + "/entries?limit=2&axis=\(axis)")
            let cursor = try #require(page.body["next_cursor"].string)
            _ = try await get(.ledger, place + "/entries?axis=\(axis)&cursor=\(cursor)")
        }
        for query in [
            "", "?from=2026-01-01T00:00:00Z&to=2100-01-01T00:00:00Z", "?format=csv",
            "?from=2100-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        ] {
            _ = try await get(.ledger, place + "/statement" + query)
        }
        _ = try await get(.ledger, place + "/balance?axis=known&at=2150-01-01T00:00:00Z")
    }

    private func speakOfHolds(_ ada: String, _ bob: String) async throws {
        func place(_ amount: Int64) async throws -> APIClient.Answer {
            try await post(
                .ledger, "/v1/holds",
                [
                    "account": .string(ada), "to": .string(bob), "amount": .integer(amount),
                    "currency": "USD", "expires_in": 3_600,
                ])
        }
        let first = try id(try await place(300))
        _ = try await post(.ledger, "/v1/holds/\(first)/post", ["amount": 100, "final": false])
        let shown = try await get(.ledger, "/v1/holds/\(first)").successful()
        let rest = try #require(shown["remainder"].string)
        _ = try await post(.ledger, "/v1/holds/\(rest)/post", ["amount": 1_000])
        _ = try await post(.ledger, "/v1/holds/\(rest)/void")
        _ = try await post(.ledger, "/v1/holds/\(rest)/void")
        #expect(try await place(1_000_000_000).status == 402)
    }
}
