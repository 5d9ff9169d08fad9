import TestSupport
import Testing

@testable import CanonicalJSON

@Suite("A request has no members that its type has not", .tags(.unit))
struct UnknownMemberTests {
    private struct Entry: Decodable {
        let account: String
        let amount: Int
        let taxBp: Int?
    }

    /// Read in two goes, as an item of a batch is.
    private struct Item: Decodable {
        enum Keys: String, CodingKey { case idempotencyKey }

        let key: String?
        let order: Order

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            key = try container.decodeIfPresent(String.self, forKey: .idempotencyKey)
            order = try Order(from: decoder)
        }
    }

    private struct Order: Decodable {
        let creditLimit: Int?
        let reason: String?
        let metadata: [String: String]?
        let counts: [String: Int]?
        let entries: [Entry]?
        let items: [Item]?
    }

    private func read<Value: Decodable>(_ json: String, as type: Value.Type) throws -> Value {
        try CanonicalJSON.decode(from: Array(json.utf8), strictness: .request) { _ in nil }
    }

    private func fault(in json: String) throws -> JSONFault {
        try #require(throws: JSONFault.self) { _ = try read(json, as: Order.self) }
    }

    @Test(
        "a member that is unknown is refused by its path, whatever it holds",
        arguments: [
            (#"{"amout":5}"#, "amout"), (#"{"reason":"x","":null}"#, ""),
            (#"{"entries":[],"more":{"reason":1}}"#, "more"),
            (
                #"{"entries":[{"account":"a","amount":1},{"account":"b","amount":1,"to":[{}]}]}"#,
                "entries[1].to"
            ),
            (
                #"{"items":[{"idempotency_key":"k"},{"items":[{"reasn":"x"}]}]}"#,
                "items[1].items[0].reasn"
            ),
            (#"{"items":[{"key":"k","reason":"x"}]}"#, "items[0].key"),
            (#"{"idempotency_key":"k"}"#, "idempotency_key"),
        ])
    func refuses(_ json: String, _ path: String) throws {
        let fault = try fault(in: json)
        #expect(fault.kind == .unknown)
        #expect(fault.path == path)
    }

    @Test("what the type has is read, there or not, null or not, and however it is escaped")
    func accepts() throws {
        let order = try read(
            #"""
            {"credit_limit":7,"re\u0061son":null,"entries":[{"account":"a","amount":1}],
             "items":[{},{"idempotency_key":"k","reason":"x"}]}
            """#, as: Order.self)
        #expect(order.creditLimit == 7)
        #expect(order.items?.last?.key == "k")
        #expect(order.items?.last?.order.reason == "x")
        _ = try read("{}", as: Order.self)
    }

    @Test("names that are data are free, among few and among many", arguments: [1, 100])
    func data(_ count: Int) throws {
        let texts = (0..<count).map { #""aName_\#($0)":"x""# }.joined(separator: ",")
        let numbers = (0..<count).map { #""aName_\#($0)":\#($0)"# }.joined(separator: ",")
        let order = try read(
            "{\"metadata\":{\(texts)},\"counts\":{\(numbers)}}", as: Order.self)
        #expect(order.metadata?.count == count)
        #expect(order.counts?["aName_0"] == 0)
    }

    @Test("among very many members each is found, and the one that is unknown")
    func many() throws {
        let members = (0..<1_000).map { #""n\#($0)":0"# }.joined(separator: ",")
        #expect(try fault(in: "{\(members)}").path == "n0")
        let order = #"{"credit_limit":1,"reason":"x",\#(members)}"#
        #expect(try fault(in: order).path == "n0")
    }

    @Test(
        "a member has one name, spelt as we spell it",
        arguments: ["creditLimit", "CREDIT_LIMIT", "credit__limit", "Credit_limit", "creditlimit"])
    func spelling(_ name: String) throws {
        for also in ["", #""credit_limit":1,"#] {
            let fault = try fault(in: #"{\#(also)"\#(name)":2}"#)
            #expect(fault.kind == .unknown)
            #expect(fault.path == name)
            let hint = also.isEmpty ? " Did you mean 'credit_limit'?" : ""
            #expect(fault.reason == "There is no such member." + hint)
        }
        let texts = (0..<100).map { #""n\#($0)":"x""# }.joined(separator: ",")
        #expect(try fault(in: #"{"\#(name)":2,\#(texts)}"#).path == name)
    }

    @Test("what is there misspelt is not called missing")
    func misspelt() throws {
        let fault = try fault(in: #"{"entries":[{"account":"a","amuont":5,"tax_bp":1}]}"#)
        #expect(fault.path == "entries[0].amuont")
        #expect(fault.reason == "There is no such member. Did you mean 'amount'?")
        let error = #expect(throws: DecodingError.self) {
            try read(#"{"entries":[{"account":"a","tax_bp":1}]}"#, as: Order.self)
        }
        guard case .keyNotFound(let key, _) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(key.stringValue == "amount")
    }

    @Test("what a program of ours wrote may have members that are unknown")
    func ours() throws {
        let text = #"{"account":"a","amount":1,"taxBp":2,"more":[{"x":1}]}"#
        #expect(try Reading.ours(text.utf8, as: Entry.self).taxBp == 2)
    }

    @Test(
        "the nearest name is told, and none that is far",
        arguments: [
            ("amout", "amount"), ("amuont", "amount"), ("Amount", "amount"), ("amounts", "amount"),
            ("acount", "account"), ("too", "to"), ("tax-bp", "tax_bp"), ("taxbp", "tax_bp"),
            ("description", nil), ("money", nil), ("t", nil), ("", nil), ("a_m", nil),
        ] as [(String, String?)])
    func nearest(_ written: String, _ meant: String?) {
        let names = ["account", "amount", "to", "tax_bp"]
        #expect(Misspelling.meant(by: written, among: names) == meant)
        #expect(Misspelling.meant(by: written, among: names.reversed()) == meant)
    }

    @Test("a name as long as a request costs no more than its letters")
    func long() {
        let long = String(repeating: "amount", count: 1_000_000)
        #expect(Misspelling.meant(by: long, among: ["amount"]) == nil)
    }
}
