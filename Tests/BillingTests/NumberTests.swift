import Contracts
import Money
import Postgres
import TestSupport
import Testing

@testable import Billing

@Suite("Invoice numbers on Postgres", .tags(.database))
struct NumberTests {
    private struct RolledBack: Error {}

    @Test("numbers stay gapless under 8 concurrent settlers of whom some roll back")
    func gapless() async throws {
        let billing = try await BillingFixture.make()
        let workers = 8
        let batches = 12
        let settledCounts = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var settled = 0
                    for batch in 0..<batches {
                        let sagas = try (0...(worker + batch) % 5).map { _ in
                            PaymentSaga(Samples.opening(of: try Samples.usd(1_000)))
                        }
                        try await billing.send(try sagas.map { try $0.open() })
                        let rollsBack = (worker + 3 * batch) % 4 == 0
                        if try await settle(sagas, in: billing, rollingBack: rollsBack) {
                            settled += sagas.count
                        }
                    }
                    return settled
                }
            }
            return try await group.reduce(0, +)
        }

        let numbers = try await billing.invoices().values.compactMap(\.number).sorted()
        #expect(settledCounts > 0)
        #expect(numbers == (1...Int64(settledCounts)).map { $0 })
        try await billing.end()
    }

    /// Whether the settlement was committed.
    private func settle(
        _ sagas: [PaymentSaga], in billing: BillingFixture, rollingBack: Bool
    ) async throws -> Bool {
        let envelopes = try sagas.map { try $0.settle() }
        do {
            try await billing.database.transaction { [commands = billing.commands] tx in
                try commands.handle(envelopes, in: tx)
                if rollingBack { throw RolledBack() }
            }
            return true
        } catch is RolledBack {
            return false
        }
    }

    @Test("a batch gets one range, in the order of its commands")
    func order() async throws {
        let billing = try await BillingFixture.make()
        let sagas = try (0..<5).map { _ in
            PaymentSaga(Samples.opening(of: try Samples.usd(1_000)))
        }
        try await billing.send(try sagas.map { try $0.open() })
        try await billing.send([try sagas[4].settle()])
        try await billing.send(try sagas.prefix(4).reversed().map { try $0.settle() })

        let invoices = try await billing.invoices()
        let numbers = sagas.map { invoices[$0.opening.invoice]?.number }
        #expect(numbers == [5, 4, 3, 2, 1])
        try await billing.end()
    }
}
