import LocalStack
import TestSupport
import Testing

extension Faults {
    @Suite("An outage")
    struct OutageTests {
        @Test("of the broker for twenty seconds costs time and nothing else")
        func brokerCutOff() async throws {
            let stack = try await running.value
            try await pay(50, on: stack) {
                try await stack.cutBroker()
                try await waitOut(.seconds(20))
                try await stack.reconnectBroker()
            }
        }

        @Test("of the broker that loses all it held is made good from the outboxes")
        func brokerRestartedEmpty() async throws {
            let stack = try await running.value
            try await pay(50, on: stack) {
                try await somePaymentsHaveEnded(10, on: stack)
                try await stack.restartBrokerEmpty()
            }
        }

        @Test(
            "of Postgres, killed under load, loses nothing that was acknowledged",
            arguments: [Stack.servers, [Stack.server(of: "ledger")]])
        func postgresKilled(servers: [String]) async throws {
            let stack = try await running.value
            try await pay(50, on: stack) {
                try await somePaymentsHaveEnded(10, on: stack)
                for server in servers { await stack.kill(server) }
            }
        }

        @Test("of every service at once is survived")
        func everythingKilled() async throws {
            let stack = try await running.value
            try await pay(50, on: stack) {
                try await somePaymentsHaveEnded(5, on: stack)
                for name in ["ledger", "billing", "payment", "relay"] { await stack.kill(name) }
            }
        }

        @Test("of a frozen ledger makes the saga ask again, not pay twice")
        func ledgerFrozen() async throws {
            let stack = try await running.value
            try await pay(50, on: stack) {
                try await somePaymentsHaveEnded(5, on: stack)
                await stack.freeze("ledger")
                try await waitOut(.seconds(5))
                await stack.thaw("ledger")
            }
        }
    }

    @Suite("Two relays on one database")
    struct StandbyTests {
        @Test("take turns: the standby goes on where the killed one stopped")
        func takeover() async throws {
            let stack = try await running.value
            try await stack.startRelay("relay-standby")
            await stack.setRestarting(false, "relay")
            try await pay(50, on: stack) {
                try await somePaymentsHaveEnded(10, on: stack)
                await stack.kill("relay")
            }
            await stack.setRestarting(true, "relay")
            try await stack.restart("relay")
        }
    }

    /// Waits until this many more payments have ended.
    static func somePaymentsHaveEnded(_ count: Int, on stack: TestStack) async throws {
        let before = try await ended(on: stack)
        try await eventually("\(count) payments ended") {
            try await ended(on: stack) >= before + count
        }
    }

    /// Lets an outage last: the time itself is the fault.
    static func waitOut(_ time: Duration) async throws {
        let end = ContinuousClock.now + time
        try await eventually(within: time + .seconds(5), "the outage lasted") {
            ContinuousClock.now >= end
        }
    }
}
