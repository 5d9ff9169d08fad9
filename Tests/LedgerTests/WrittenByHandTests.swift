import CanonicalJSON
import Contracts
import FoundationEssentials
import Money
import ServiceHost
import TestSupport
import Testing

@testable import Ledger

/// What writes its own JSON, against what its members encode.
@Suite("JSON that is written by hand is what would be encoded", .tags(.unit))
struct WrittenByHandTests {
    private let seed = SeededRandom.fromEnvironment()

    @Test("for requests, whose hash is taken of it")
    func requests() throws {
        var random = seed
        for _ in 0..<500 {
            try expectAlike(transfer(&random))
            let items = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                PostTransferBatch.Item(
                    idempotencyKey: maybe(text(&random), &random), transfer: transfer(&random))
            }
            try expectAlike(
                PostTransferBatch(
                    mode: maybe(.atomic, &random), answer: maybe(.ids, &random), transfers: items))
        }
    }

    @Test("for events and answers")
    func eventsAndAnswers() throws {
        var random = seed
        for _ in 0..<500 {
            let drafted = try transfer(&random).draft(id: TransferID())
            try expectAlike(
                TransferPosted(
                    transfer: drafted.id, payment: maybe(PaymentID(), &random),
                    reverses: maybe(TransferID(), &random),
                    entries: drafted.lines.map {
                        .init(account: $0.account, side: $0.side.rawValue, amount: $0.amount)
                    }))
            let payer = Fixture.account(.asset)
            let payee = Fixture.account(.liability)
            var book = Book(accounts: [payer, payee])
            let amount = Int64.random(in: 1...1_000_000, using: &random)
            let posted = try book.post(
                Fixture.transfer((.debit, payer, amount), (.credit, payee, amount)),
                for: Fixture.cause)
            try expectAlike(
                TransferView(
                    posted, maybe(metadata(&random), &random),
                    isRecorded: Bool.random(using: &random)))
        }
    }

    private func expectAlike(_ value: some WritesJSON) throws {
        try expectWrittenAsEncoded(value, "\(seed)")
    }

    private func transfer(_ random: inout SeededRandom) -> PostTransfer {
        let currencies = ["EUR", "JPY", "KWD"].compactMap { Currency($0) }
        let entries = (0..<Int.random(in: 1...4, using: &random)).compactMap { _ in
            try? PostTransfer.EntryInput(
                account: AccountID(), side: Bool.random(using: &random) ? .debit : .credit,
                amount: Amount(.random(in: 1...Amount.maximum, using: &random)),
                currency: maybe(currencies[0], &random))
        }
        let moment = Date(timeIntervalSince1970: .random(in: 0..<2_000_000_000, using: &random))
        return PostTransfer(
            entries: entries, currency: currencies.randomElement(using: &random),
            reference: maybe(try? ShortText(text(&random), field: "reference"), &random),
            effectiveAt: maybe(moment, &random),
            dryRun: maybe(Bool.random(using: &random), &random),
            metadata: maybe(metadata(&random), &random))
    }

    private func metadata(_ random: inout SeededRandom) -> Metadata {
        let names = (0..<Int.random(in: 0...4, using: &random)).map { _ in text(&random) }
        let pairs = Dictionary(names.map { ($0, text(&random)) }) { first, _ in first }
        return (try? Metadata(pairs)) ?? Metadata()
    }

    private func text(_ random: inout SeededRandom) -> String {
        let characters = Array(#"aZ9 _-"\/é日👩‍👧"#)
        return String(
            (0..<Int.random(in: 1...12, using: &random)).compactMap { _ in
                characters.randomElement(using: &random)
            })
    }

    private func maybe<Value>(_ value: Value?, _ random: inout SeededRandom) -> Value? {
        Bool.random(using: &random) ? value : nil
    }
}
