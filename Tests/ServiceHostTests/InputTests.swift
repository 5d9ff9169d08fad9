import Contracts
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Fields of a request", .tags(.unit))
struct InputTests {
    struct Line: Codable, Sendable {
        let account: AccountID
        let amount: Amount
    }

    struct Order: Codable, Sendable {
        let amount: Amount
        let currency: String
        let overdraftLimit: Int64?
        let name: ShortText?
        let metadata: Metadata?
        let entries: [Line]?
    }

    private func problem(_ json: String) throws -> Problem {
        try #require(throws: Problem.self) {
            _ = try JSONBody.decode(Order.self, from: Array(json.utf8))
        }
    }

    @Test(
        "an amount is an integer between 1 and 99,999,999,999,999 minor units",
        arguments: ["0", "-1", "100000000000000", "9223372036854775807", #""10""#, "null", "[]"])
    func refusesAmounts(_ amount: String) throws {
        let problem = try problem(#"{"amount":\#(amount),"currency":"USD"}"#)
        #expect(problem.status == 400)
        #expect(problem.code == "invalid-amount")
        #expect(problem.field == "amount")
    }

    @Test("the smallest and the largest amount are accepted", arguments: [1, Amount.maximum])
    func acceptsAmounts(_ amount: Int64) throws {
        let order = try JSONBody.decode(
            Order.self, from: Array(#"{"amount":\#(amount),"currency":"USD"}"#.utf8))
        #expect(order.amount.minorUnits == amount)
    }

    @Test(
        "what is wrong is named as its writer wrote it",
        arguments: [
            (#"{"currency":"USD"}"#, "amount"),
            (#"{"amount":1}"#, "currency"),
            (#"{"amount":1,"currency":5}"#, "currency"),
            (#"{"amount":1,"currency":null}"#, "currency"),
            (#"{"amount":1,"currency":"USD","overdraft_limit":"5"}"#, "overdraft_limit"),
            (
                #"{"amount":1,"currency":"USD","overdraft_limit":9223372036854775808}"#,
                "overdraft_limit"
            ),
            (
                #"{"amount":1,"currency":"USD","entries":[{"account":"x","amount":1}]}"#,
                "entries[0].account"
            ),
            (#"{"amount":1,"currency":"USD","entries":{}}"#, "entries"),
            (#"{"amount":1,"currency":"USD","name":""}"#, "name"),
            (#"{"amount":1,"currency":"USD","name":"a\u0007"}"#, "name"),
            (#"{"amount":1,"currency":"USD","metadata":{"a_b":1}}"#, "metadata.a_b"),
            (#"{"amount":1,"currency":"USD","metadata":{"aB":1}}"#, "metadata.aB"),
            (#"{"amount":1,"currency":"USD","metadata":[]}"#, "metadata"),
        ])
    func namesFields(_ json: String, _ field: String) throws {
        let problem = try problem(json)
        #expect(problem.status == 400)
        #expect(problem.field == field)
    }

    @Test(
        "a field that there is not is refused, wherever it stands",
        arguments: [
            (#"{"amount":1,"currency":"USD","extra":[1]}"#, "extra", ""),
            (#"{"amout":1,"currency":"USD"}"#, "amout", " Did you mean 'amount'?"),
            (
                #"{"amount":1,"currency":"USD","overdraftLimit":5}"#, "overdraftLimit",
                " Did you mean 'overdraft_limit'?"
            ),
            (
                """
                {"amount":1,"currency":"USD","entries":[
                 {"account":"acct_0190163d-8694-739b-aea5-966c26f8ad01","amount":1,"amuont":1}]}
                """, "entries[0].amuont", ""
            ),
        ])
    func refusesUnknownFields(_ json: String, _ field: String, _ hint: String) throws {
        let problem = try problem(json)
        #expect(problem.status == 400)
        #expect(problem.code == "unknown-field")
        #expect(problem.field == field)
        #expect(problem.detail == "There is no such member." + hint)
    }

    @Test("a request that needs no body has no field at all")
    func refusesFieldsOfNothing() throws {
        _ = try JSONBody.decode(NoInput.self, from: Array("{}".utf8))
        let problem = try #require(throws: Problem.self) {
            _ = try JSONBody.decode(NoInput.self, from: Array(#"{"reason":"x"}"#.utf8))
        }
        #expect(problem.code == "unknown-field")
        #expect(problem.field == "reason")
    }

    @Test("a body that is no object, and one that is cut off, are told apart")
    func tellsApart() throws {
        #expect(try problem("[]").code == "invalid-field")
        #expect(try problem(#"{"amount":"#).code == "malformed-json")
        #expect(try problem("").field == "amount", "an absent body reads as {}")
    }

    @Test("metadata keeps its names as they are, through JSON and back")
    func keepsMetadataNames() throws {
        let json = #"{"order_id":"1","camelCase":"2"}"#
        let metadata = try JSONBody.decode(Metadata.self, from: Array(json.utf8))
        #expect(metadata.pairs == ["order_id": "1", "camelCase": "2"])
        #expect(try WireJSON.text(metadata) == #"{"camelCase":"2","order_id":"1"}"#)
    }

    @Test("metadata has Stripe's limits")
    func limitsMetadata() throws {
        let many = Dictionary(uniqueKeysWithValues: (0..<51).map { ("k\($0)", "") })
        #expect(throws: Problem.self) { _ = try Metadata(many) }
        #expect(throws: Problem.self) { _ = try Metadata([String(repeating: "k", count: 41): ""]) }
        #expect(throws: Problem.self) {
            _ = try Metadata(["k": String(repeating: "v", count: 501)])
        }
        _ = try Metadata([String(repeating: "é", count: 40): String(repeating: "v", count: 500)])
    }

    @Test("a short text has at most 255 characters")
    func limitsTexts() throws {
        _ = try ShortText(String(repeating: "é", count: 255), field: "name")
        #expect(throws: Problem.self) {
            _ = try ShortText(String(repeating: "a", count: 256), field: "name")
        }
    }
}
