import Contracts
import Testing

@Suite("Messages")
struct MessageTests {
    @Test("are written as their golden document", arguments: Golden.all)
    func written(_ golden: Golden) throws {
        #expect(String(decoding: try golden.encode(), as: UTF8.self) == golden.json)
    }

    @Test("are read back from their golden document", arguments: Golden.all)
    func read(_ golden: Golden) throws {
        #expect(try golden.decodes(Array(golden.json.utf8)))
    }

    @Test("are still read when a later version added a field", arguments: Golden.all)
    func tolerant(_ golden: Golden) throws {
        let extended = #"{"added_later":{"a":[1]},"# + golden.json.dropFirst()
        #expect(try golden.decodes(Array(extended.utf8)))
    }

    @Test("carry the key and the subject that they promise")
    func routed() throws {
        for golden in Golden.commands + Golden.events {
            let route = try #require(golden.route)
            #expect(route.key == route.promisedKey)
            #expect(route.subject == route.promisedSubject)
        }
    }

    @Test("travel on the topic of the service that their type names")
    func topics() throws {
        for (kind, messages) in [("commands", Golden.commands), ("events", Golden.events)] {
            for golden in messages {
                let service = golden.type.prefix { $0 != "." }
                #expect(golden.route?.topic.rawValue == "\(service).\(kind).v1")
            }
        }
    }

    @Test("are of the types that consumers know by name")
    func types() {
        #expect(
            Set(Golden.commands.map(\.type)) == [
                "ledger.place-hold.v1", "ledger.void-hold.v1", "ledger.post-hold.v1",
                "billing.open-invoice.v1", "billing.void-invoice.v1",
                "billing.settle-invoice.v1", "billing.open-credit-note.v1",
                "billing.void-credit-note.v1", "billing.settle-credit-note.v1",
                "ledger.reverse-transfer.v1",
            ])
        #expect(
            Set(Golden.events.map(\.type)) == [
                "payment.created.v1", "payment.succeeded.v1", "payment.failed.v1",
                "payment.refund-created.v1", "payment.refund-succeeded.v1",
                "payment.refund-failed.v1", "billing.credit-note-changed.v1",
                "billing.customer-changed.v1", "billing.fee-plan-created.v1",
                "billing.invoice-changed.v1", "ledger.account-changed.v1",
                "ledger.hold-changed.v1", "ledger.transfer-posted.v1",
            ])
        #expect(Golden.replies.allSatisfy { $0.type.hasSuffix(".v1.reply") })
    }

    @Test("a reply with an unknown outcome is refused")
    func unknownOutcome() {
        #expect(throws: DecodingError.self) {
            try WireJSON.decode(
                Reply<Nothing>.self, from: Array(#"{"outcome":"perhaps","done":{}}"#.utf8))
        }
    }

    @Test(
        "a number that is a fraction, a string or too large is refused",
        arguments: ["1.5", #""1""#, "1e3000", "9223372036854775808", "null"])
    func numbers(_ number: String) {
        #expect(throws: DecodingError.self) {
            try WireJSON.decode(
                SettleInvoice.Done.self, from: Array(#"{"number":\#(number)}"#.utf8))
        }
    }

    @Test("a currency that ISO 4217 does not know is refused", arguments: ["usd", "ZZZ", ""])
    func currencies(_ currency: String) {
        let event =
            #"{"account":"\#(Sample.source)","change":"opened","kind":"asset","#
            + #""currency":"\#(currency)"}"#
        #expect(throws: DecodingError.self) {
            try WireJSON.decode(AccountChanged.self, from: Array(event.utf8))
        }
    }
}
