import Contracts
import Money
import Outbox
import Postgres
import TestSupport
import Testing

@testable import Ledger

@Suite("The ledger as a saga's participant", .tags(.database))
struct CommandTests {
    /// The three commands of one payment, as its saga would send them.
    private struct Payment {
        let saga = SagaID()
        let payment = PaymentID()
        let hold = HoldID()
        let transfer = TransferID()
        let source: AccountID
        let destination: AccountID
        let amount: Int64
        var fee: Int64 = 0
        var tax: Int64 = 0

        func place() throws -> Envelope {
            try send(
                PlaceHold(hold: hold, payment: payment, source: source, amount: money(amount)),
                "place-hold", .action)
        }
        func void() throws -> Envelope {
            try send(VoidHold(hold: hold, source: source), "place-hold", .compensation)
        }
        func post() throws -> Envelope {
            try send(
                PostHold(
                    hold: hold, transfer: transfer, payment: payment, source: source,
                    destination: destination, amount: money(amount), fee: money(fee),
                    tax: money(tax)),
                "post-hold", .action)
        }

        private func money(_ amount: Int64) -> Money { Money(amount, Fixture.usd) }
        private func send(
            _ command: some Command, _ step: String, _ direction: SagaAddress.Direction
        ) throws -> Envelope {
            try Envelope(
                command, source: "/farthing/payment", tenant: Fixture.tenant,
                saga: SagaAddress(saga: saga, step: step, direction: direction))
        }
    }

    @Test("a hold is placed and posted, with fee and tax for the operator")
    func wholePayment() async throws {
        try await LedgerFixture.with { ledger in
            let payer = try await ledger.open(balance: 1000)
            let payee = try await ledger.open()
            let payment = Payment(
                source: payer, destination: payee, amount: 1000, fee: 59, tax: 11)
            try await ledger.send(payment.place())
            #expect(try await ledger.balance(payer) == [1000, 1000])
            try await ledger.send(payment.post())
            #expect(try await ledger.balance(payer) == [0, 0])
            #expect(try await ledger.balance(payee) == [930, 0])
            #expect(
                try await ledger.replies() == ["place-hold done", "post-hold done"])
            #expect(
                try await ledger.texts(TestQueries.events).suffix(5) == [
                    HoldChanged.type, AccountChanged.type, AccountChanged.type,
                    TransferPosted.type, HoldChanged.type,
                ])
            #expect(
                try await ledger.audited().suffix(5) == [
                    "hold.placed", "account.opened", "account.opened", "hold.posted",
                    "transfer.posted",
                ])
        }
    }

    @Test("a command that comes again is answered again and has no second effect")
    func redelivery() async throws {
        try await LedgerFixture.with { ledger in
            let payer = try await ledger.open(balance: 1000)
            let payee = try await ledger.open()
            let payment = Payment(source: payer, destination: payee, amount: 400)
            try await ledger.send(payment.place(), payment.place())
            try await ledger.send(payment.place())
            try await ledger.send(payment.post())
            try await ledger.send(payment.place(), payment.post())
            #expect(try await ledger.balance(payer) == [600, 0])
            #expect(try await ledger.balance(payee) == [400, 0])
            #expect(try await ledger.replies().count == 6)
            #expect(try await ledger.replies().allSatisfy { $0.hasSuffix("done") })
        }
    }

    @Test("an undo gives the funds back once")
    func undo() async throws {
        try await LedgerFixture.with { ledger in
            let payer = try await ledger.open(balance: 1000)
            let payment = Payment(
                source: payer, destination: try await ledger.open(), amount: 400)
            try await ledger.send(payment.place(), payment.void())
            try await ledger.send(payment.void())
            #expect(try await ledger.balance(payer) == [1000, 0])
            #expect(try await ledger.count(TestQueries.openHolds) == 0)
        }
    }

    @Test("an undo that comes first keeps its command from ever having an effect")
    func undoBeforeDo() async throws {
        try await LedgerFixture.with { ledger in
            let payer = try await ledger.open(balance: 1000)
            let payment = Payment(
                source: payer, destination: try await ledger.open(), amount: 400)
            try await ledger.send(payment.void())
            try await ledger.send(payment.place())
            #expect(try await ledger.balance(payer) == [1000, 0])
            #expect(
                try await ledger.replies() == ["void-hold done", "place-hold undone-before-done"])
        }
    }

    @Test("refusals are answers, and leave nothing behind")
    func refusals() async throws {
        try await LedgerFixture.with { ledger in
            let payer = try await ledger.open(balance: 1000)
            let payee = try await ledger.open()
            let poor = Payment(source: payee, destination: payer, amount: 1)
            let nobody = Payment(source: AccountID(), destination: payee, amount: 1)
            let toNobody = Payment(source: payer, destination: AccountID(), amount: 1)
            try await ledger.send(
                poor.place(), nobody.place(), toNobody.place(), toNobody.post(), toNobody.void())
            #expect(
                try await ledger.replies() == [
                    "place-hold insufficient-funds", "place-hold account-unknown",
                    "place-hold done", "post-hold account-unknown", "void-hold done",
                ])
            #expect(try await ledger.balance(payer) == [1000, 0])
        }
    }

    @Test("a batch of 500 is decided in order, in one transaction")
    func largeBatch() async throws {
        try await LedgerFixture.with { ledger in
            let payer = try await ledger.open(balance: 24_950)
            let payee = try await ledger.open()
            let payments = (0..<250).map { _ in
                Payment(source: payer, destination: payee, amount: 100, fee: 3)
            }
            let commands = try payments.flatMap { [try $0.place(), try $0.post()] }
            try await ledger.send(commands)
            #expect(try await ledger.balance(payer) == [50, 0])
            #expect(try await ledger.balance(payee) == [249 * 97, 0])
            #expect(try await ledger.replies().filter { $0.hasSuffix("done") }.count == 498)
            #expect(try await ledger.count(TestQueries.operatorAccounts) == 1)
        }
    }

    @Test("batches that open the operator's accounts at once open each of them once")
    func operatorAccountsRace() async throws {
        try await LedgerFixture.with { ledger in
            let payer = try await ledger.open(balance: 10_000)
            let payee = try await ledger.open()
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    let payment = Payment(
                        source: payer, destination: payee, amount: 1000, fee: 10, tax: 1)
                    let batch = [try payment.place(), try payment.post()]
                    group.addTask { try await ledger.send(batch) }
                }
                try await group.waitForAll()
            }
            #expect(try await ledger.count(TestQueries.operatorAccounts) == 2)
            #expect(try await ledger.balance(payee) == [8 * 989, 0])
        }
    }

    @Test("a message that is no command of ours is not swallowed")
    func unknownCommand() async throws {
        try await LedgerFixture.with { ledger in
            let payer = try await ledger.open()
            var command = try Payment(source: payer, destination: payer, amount: 1).place()
            command.type = "ledger.dance.v1"
            let odd = command
            await #expect(throws: UnknownCommand(type: "ledger.dance.v1")) {
                try await ledger.send(odd)
            }
        }
    }
}

extension LedgerFixture {
    func send(_ commands: Envelope...) async throws { try await send(commands) }

    func send(_ commands: [Envelope]) async throws {
        try await database.transaction { tx in try AnswerCommands.handle(commands, in: tx) }
    }

    /// `place-hold done`, `post-hold account-unknown` …, in the order that they were written.
    func replies() async throws -> [String] {
        struct AnyOutcome: Decodable {
            let outcome: String
            let refusal: Refusal?
        }
        return try await database.read { tx in
            try tx.query(TestQueries.replies).map { row in
                let type = try row.read(0, as: String.self).split(separator: ".")[1]
                let reply: AnyOutcome = try WireJSON.decode(from: row.read(1, as: [UInt8].self))
                return "\(type) \(reply.refusal?.code ?? reply.outcome)"
            }
        }
    }

    func texts(_ statement: Statement) async throws -> [String] {
        try await database.read { tx in try tx.query(statement).map { try $0.read(0) } }
    }
}
