import Contracts
import Testing

@testable import ServiceHost

@Suite("Query parameters")
struct QueryParametersTests {
    private static let document = #"""
        {"paths": {"/v1/notes": {"get": {"parameters": [
            {"$ref": "#/components/parameters/Limit"},
            {"name": "axis", "in": "query", "schema": {"type": "string"}},
            {"name": "labels", "in": "query", "schema": {"type": "object"}},
            {"name": "X-Tone", "in": "header", "schema": {"type": "string"}}]}}},
         "components": {"parameters": {"Limit": {"name": "limit", "in": "query"}}}}
        """#

    private func parameters(_ method: String, _ path: String) throws -> QueryParameters? {
        QueryParameters(
            of: method, at: path,
            in: try WireJSON.decode(StoredJSON.self, from: Array(Self.document.utf8)))
    }

    @Test("are those that the document describes, by reference or in place")
    func described() throws {
        let parameters = try #require(try parameters("GET", "/v1/notes"))
        try parameters.check([:])
        try parameters.check(["limit": "1", "axis": "known", "labels.": "", "labels.a.b": "c"])
        #expect(try self.parameters("POST", "/v1/notes") == nil)
        #expect(try self.parameters("GET", "/v1/others") == nil)
    }

    @Test(
        "that are not described are refused, with the one that was perhaps meant",
        arguments: [
            ("limt", "Did you mean 'limit'?"), ("Axis", "Did you mean 'axis'?"),
            ("label.a", nil), ("labels", nil), ("X-Tone", nil), ("", nil),
        ])
    func refused(name: String, hint: String?) throws {
        let parameters = try #require(try parameters("GET", "/v1/notes"))
        let problem = #expect(throws: Problem.self) {
            try parameters.check(["axis": "known", name: "1"])
        }
        #expect(problem?.code == "unknown-parameter")
        #expect(problem?.status == 400)
        #expect(problem?.field == name)
        if let hint { #expect(problem?.detail.hasSuffix(hint) == true, "\(problem?.detail ?? "")") }
    }

    @Test("are given once")
    func once() throws {
        #expect(try QueryString.items("a=1&b=2") == ["a": "1", "b": "2"])
        let problem = #expect(throws: Problem.self) { try QueryString.items("a=1&b=2&%61=1") }
        #expect(problem?.code == "invalid-parameter")
        #expect(problem?.field == "a")
    }
}
