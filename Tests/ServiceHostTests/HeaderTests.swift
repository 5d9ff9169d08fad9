import TestSupport
import Testing

@testable import ServiceHost

@Suite("Headers", .tags(.unit))
struct HeaderTests {
    @Test(
        "an idempotency key may be bare or quoted",
        arguments: [
            ("abc-123", "abc-123"), (#""abc 123""#, "abc 123"), (#""a\"b\\c""#, #"a"b\c"#),
            ("~!{}", "~!{}"),
        ])
    func readsKeys(_ header: String, _ value: String) throws {
        #expect(try IdempotencyKey(header: header).value == value)
    }

    @Test(
        "a malformed idempotency key is refused",
        arguments: [
            "", " ", "a b", #"""#, #""""#, #""a"#, #"a""#, #""a"b""#, #""a\b""#, #""a\"#, "é",
            "\u{1}", #""a", "b""#, String(repeating: "k", count: 256),
        ])
    func refusesKeys(_ header: String) throws {
        let problem = try #require(throws: Problem.self) { _ = try IdempotencyKey(header: header) }
        #expect(problem.code == "idempotency-key-invalid")
    }

    @Test("a missing idempotency key says so, and 255 characters are enough")
    func keyLimits() throws {
        let problem = try #require(throws: Problem.self) { _ = try IdempotencyKey(header: nil) }
        #expect(problem.code == "idempotency-key-missing")
        let long = String(repeating: "k", count: 255)
        #expect(try IdempotencyKey(header: long).value == long)
        #expect(try IdempotencyKey(header: "\"\(long)\"").value == long)
    }

    @Test(
        "a preference to wait is clamped to 30 seconds",
        arguments: [
            ("wait=5", 5), ("wait=0", 0), ("wait=31", 30), ("wait=99999999999999999999", 30),
            ("respond-async, wait=7", 7), ("WAIT = 3 ; x=1", 3), (#"wait="4""#, 4),
        ])
    func prefers(_ header: String, _ seconds: Int) {
        #expect(PreferWait.seconds(header) == seconds)
    }

    @Test(
        "a malformed preference is ignored",
        arguments: ["", "wait", "wait=", "wait=-1", "wait=1.5", "wait=x", "respond-async"])
    func ignoresPreferences(_ header: String) {
        #expect(PreferWait.seconds(header) == nil)
    }

    @Test("a valid trace is carried on, an invalid one replaced")
    func traces() {
        let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        #expect(TraceParent.accepted(valid) == valid)
        for bad in [
            nil, "", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", valid + "-00",
        ] {
            let made = TraceParent.accepted(bad)
            #expect(made != bad)
            #expect(TraceParent.isValid(made))
        }
    }

    @Test("a request id that could not be logged is replaced")
    func requestIDs() {
        #expect(RequestIdentifier.accepted("a-B_9.c:d") == "a-B_9.c:d")
        for bad in ["", "a b", "a\"", "é", String(repeating: "a", count: 129)] {
            #expect(RequestIdentifier.accepted(bad) != bad)
        }
        #expect(RequestIdentifier.isSane(RequestIdentifier.accepted(nil)))
    }

    @Test("a query string is decoded")
    func queries() throws {
        #expect(
            try QueryString.items("a=1&b=two+words%21&c&d=&e=%C3%A9&f=x=y")
                == ["a": "1", "b": "two words!", "c": "", "d": "", "e": "é", "f": "x=y"])
        #expect(try QueryString.items(nil) == [:])
    }

    @Test(
        "a query string that cannot be text is refused",
        arguments: ["a=%", "a=%0", "a=%zz", "a=%00", "a=%ff"])
    func refusesQueries(_ query: String) {
        #expect(throws: Problem.self) { _ = try QueryString.items(query) }
    }

    @Test("a page's limit is between 1 and 100")
    func pages() throws {
        func scope(_ query: [String: String]) -> RequestScope {
            RequestScope(tenant: "t", actor: "a", requestID: "r", query: query)
        }
        #expect(try scope([:]).page() == Page(limit: 20, cursor: nil))
        #expect(try scope(["limit": "7", "cursor": "c"]).page() == Page(limit: 7, cursor: "c"))
        for bad in ["0", "101", "-1", "x", "", "1.5"] {
            #expect(throws: Problem.self) { _ = try scope(["limit": bad]).page() }
        }
    }
}
