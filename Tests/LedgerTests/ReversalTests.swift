import Contracts
import Money
import Outbox
import Postgres
import FoundationEssentials
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("Reversals on Postgres", .tags(.database))
struct ReversalTests {
    /// A payment of 1000 with a fee of 59 and a tax of 11 that went through, and how to refund it.
    private struct Paid {
        let ledger: LedgerFixture
        let payment = PaymentID()
        let transfer = TransferID()
        let payer: AccountID
        let payee: AccountID

        init(_ ledger: LedgerFixture) async throws {
            self.ledger = ledger
            payer = try await ledger.open(balance: 1_000)
            payee = try await ledger.open()
            let (hold, saga) = (HoldID(), SagaID())
            try await ledger.send(
                Envelope(
                    PlaceHold(hold: hold, payment: payment, source: payer, amount: usd(1_000)),
                    source: "/test", tenant: Fixture.tenant,
                    saga: SagaAddress(saga: saga, step: "place-hold", direction: .action)))
            try await ledger.send(
                Envelope(
                    PostHold(
                        hold: hold, transfer: transfer, payment: payment, source: payer,
                        destination: payee, amount: usd(1_000), fee: usd(59), tax: usd(11)),
                    source: "/test", tenant: Fixture.tenant,
                    saga: SagaAddress(saga: saga, step: "post-hold", direction: .action)))
        }

        func refund(
            _ amount: Int64, fee: Int64 = 0, tax: Int64 = 0, of payment: PaymentID? = nil
        ) throws -> Envelope {
            try Envelope(
                ReverseTransfer(
                    reversal: TransferID(), transfer: transfer, refund: RefundID(),
                    payment: payment ?? self.payment, source: payer, destination: payee,
                    amount: usd(amount), fee: usd(fee), tax: usd(tax)),
                source: "/test", tenant: Fixture.tenant,
                saga: SagaAddress(saga: SagaID(), step: "reverse-transfer", direction: .action))
        }

        private func usd(_ amount: Int64) -> Money { Money(amount, Fixture.usd) }
    }

    @Test("a refund takes its parts from payee, fees and tax, once however often it is asked")
    func refund() async throws {
        try await LedgerFixture.with { ledger in
            let paid = try await Paid(ledger)
            let refund = try paid.refund(500, fee: 30, tax: 6)
            try await ledger.send(refund, refund)
            try await ledger.send(refund)
            #expect(try await ledger.balance(paid.payer) == [500, 0])
            #expect(try await ledger.balance(paid.payee) == [466, 0])
            #expect(
                try await ledger.replies().suffix(3).allSatisfy { $0 == "reverse-transfer done" })
            try await ledger.send(paid.refund(500, fee: 29, tax: 5))
            #expect(try await ledger.balance(paid.payer) == [1_000, 0])
            #expect(try await ledger.balance(paid.payee) == [0, 0])
            #expect(try await ledger.audited().last == "transfer.reversed")
        }
    }

    @Test("a refund that cannot be says why and moves nothing")
    func refused() async throws {
        try await LedgerFixture.with { ledger in
            let paid = try await Paid(ledger)
            try await ledger.transfer((.debit, paid.payee, 900), (.credit, paid.payer, 900))
            try await ledger.send(paid.refund(500, fee: 30, tax: 6))
            try await ledger.send(paid.refund(60, fee: 60))
            try await ledger.send(paid.refund(10, of: PaymentID()))
            try await ledger.send(paid.refund(10, fee: 6, tax: 6))
            #expect(
                try await ledger.replies().suffix(4) == [
                    "reverse-transfer insufficient-funds", "reverse-transfer already-reversed",
                    "reverse-transfer transfer-unknown", "reverse-transfer invalid-entries",
                ])
            #expect(try await ledger.balance(paid.payer) == [900, 0])
        }
    }

    @Test("many partial reversals at once never give back more than was moved")
    func concurrently() async throws {
        try await LedgerFixture.with { ledger in
            let one = try await ledger.open(balance: 1_000)
            let two = try await ledger.open(balance: 5_000)
            let transfer = try await ledger.transfer((.debit, one, 1_000), (.credit, two, 1_000))
            let answers = try await withThrowingTaskGroup(of: LedgerFixture.Answered.self) {
                group in
                for _ in 0..<50 {
                    group.addTask { try await ledger.reverse(transfer, #"{"amount":30}"#) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let refused = answers.filter { $0.status != 201 }
            #expect(refused.count == 17)
            #expect(refused.allSatisfy { $0.status == 409 && $0.code == "already-reversed" })
            #expect(try await ledger.balance(one) == [990, 0])
            let rest = try await ledger.reverse(transfer, "{}")
            #expect(rest.status == 201)
            #expect(try await ledger.balance(one) == [1_000, 0])
            #expect(try await ledger.reverse(transfer, "{}").code == "already-reversed")
        }
    }

    @Test("over HTTP: all of it, some of it, or named entries; and each refusal has its code")
    func http() async throws {
        try await LedgerFixture.with { ledger in
            let (one, two) = (
                try await ledger.open(balance: 100), try await ledger.open(balance: 100)
            )
            let three = try await ledger.open(balance: 100)
            let transfer = try await ledger.transfer(
                (.debit, one, 60), (.credit, two, 50), (.credit, three, 10))
            #expect(try await ledger.reverse(transfer, #"{"amount":30}"#).code == "invalid-entries")
            let part = """
                {"entries":[{"account":"\(three)","side":"debit","amount":10},
                            {"account":"\(one)","side":"credit","amount":10}]}
                """
            let reversal = try await ledger.reverse(transfer, part)
            #expect(reversal.status == 201)
            #expect(reversal.body.contains(#""reverses":"\#(transfer)""#))
            #expect(try await ledger.reversed(transfer) == 10)
            let stray = part.replacing("\(three)", with: "\(AccountID())")
            #expect(try await ledger.reverse(transfer, stray).code == "invalid-entries")
            #expect(try await ledger.reverse(transfer, part).code == "already-reversed")
            #expect(try await ledger.reverse(transfer, "{}").status == 201)
            #expect(try await ledger.balance(one) == [100, 0])
            #expect(try await ledger.reversed(transfer) == 60)
            #expect(try await ledger.reverse(TransferID(), "{}").code == "transfer-unknown")
            let first = try #require(try await ledger.firstReversal())
            #expect(try await ledger.reverse(first, "{}").code == "transfer-is-reversal")
            let paid = try await Paid(ledger)
            #expect(try await ledger.reverse(paid.transfer, "{}").code == "transfer-of-payment")
        }
    }
}

extension LedgerFixture {
    /// What came of `POST /v1/transfers/{id}/reverse`.
    struct Answered {
        var status = 0
        var code: String?
        var body = ""
    }

    func reverse(_ transfer: TransferID, _ body: String) async throws -> Answered {
        let scope = RequestScope(
            tenant: Fixture.tenant, actor: "tester", requestID: "req-1",
            parameters: ["id": transfer.description])
        let request = try WireJSON.decode(ReverseTransferRequest.self, from: Array(body.utf8))
        let answer = try await database.transaction { tx in try request.handle(scope, tx) }
        if let problem = answer.problem {
            return Answered(status: problem.status, code: problem.code)
        }
        let kept = try answer.kept(requestID: "req-1")
        return Answered(status: kept.status, body: String(decoding: kept.body, as: UTF8.self))
    }

    /// What `GET /v1/transfers/{id}` says was given back.
    func reversed(_ transfer: TransferID) async throws -> Int64 {
        try await database.read { tx in
            try TransferView(transfer, of: Fixture.tenant, in: tx).reversed
        }
    }

    func firstReversal() async throws -> TransferID? {
        try await database.read { tx in
            try tx.query(TestQueries.reversals).first.map {
                TransferID(try $0.read(0, as: UUID.self))
            }
        }
    }
}
