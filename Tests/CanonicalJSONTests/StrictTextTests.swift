import TestSupport
import Testing

@testable import CanonicalJSON

@Suite("The text of a request is read strictly", .tags(.unit))
struct StrictTextTests {
    @Test(
        "accepts every kind of JSON value",
        arguments: [
            "{}", "[]", "0", "-0", "-12", "true", "false", "null", #""""#, " { } ",
            #"{"a":[1,{"b":null}],"c":"x"}"#, #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, #""é😀""#,
        ])
    func accepts(_ json: String) throws {
        try check(Array(json.utf8))
    }

    @Test(
        "refuses what is not JSON",
        arguments: [
            "", " ", "{", "}", "[1,]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#,
            "01", "-", "+1", "1 2", "tru", "nul", "NaN", "Infinity", "'a'", #""a"#, #""\x""#,
            #""\u12""#, #""\u+123""#, "\"\u{1}\"", "[1 2]", "{\"a\":1 \"b\":2}", ".5",
        ])
    func refuses(_ json: String) {
        #expect(fault(in: json)?.kind == .malformed)
    }

    @Test(
        "refuses, and says where, what no request may hold",
        arguments: [
            (#"{"amount":10.5}"#, "amount"), (#"{"amount":1e2}"#, "amount"),
            (#"{"amount":100.0}"#, "amount"), (#"{"a":[0,{"b":1E5}]}"#, "a[1].b"),
            (#"[[1],[2,-0.1]]"#, "[1][1]"), (#"{"name":"a\u0000b"}"#, "name"),
            (#"{"name":"\ud800"}"#, "name"), (#"{"name":"\ud800\ud800"}"#, "name"),
            (#"{"name":"\udc00"}"#, "name"), (#"{"a":1,"\u0061":2}"#, "a"),
            (#"{"\u0000":1}"#, ""), ("1.5", ""), (#"{"a":9223372036854775808}"#, "a"),
        ])
    func forbids(_ json: String, _ path: String) {
        let fault = fault(in: json)
        #expect(fault?.kind == .forbidden)
        #expect(fault?.path == path)
    }

    @Test("refuses bytes that are not UTF-8")
    func refusesOtherEncodings() {
        #expect(throws: JSONFault.self) { try check([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONFault.self) { try check([0x22, 0xED, 0xA0, 0x80, 0x22]) }
        #expect(throws: JSONFault.self) { try check([0x7B, 0x00, 0x7D, 0x00]) }
    }

    @Test("refuses nesting beyond its limit, and survives absurd nesting")
    func limitsNesting() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth)
                + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        try check(nested(JSONStrictness.request.maximumDepth))
        #expect(throws: JSONFault.self) { try check(nested(33)) }
        #expect(throws: JSONFault.self) { try check(nested(30_000)) }
        #expect(throws: JSONFault.self) {
            try check(Array(repeating: UInt8(ascii: "["), count: 60_000))
        }
    }

    @Test("says where in the text it stopped")
    func saysWhere() {
        #expect(fault(in: #"{"a" 1}"#)?.reason == "Expected ':'. (at byte 5)")
        #expect(fault(in: "[1,]")?.reason == "Expected a value. (at byte 3)")
        #expect(fault(in: "[1,]")?.path == "[1]")
        #expect(fault(in: #"[{"a":{"b":tru}}]"#)?.path == "[0].a.b")
        #expect(fault(in: #"{"a":1,"b" }"#)?.path == "")
        #expect(fault(in: #"{"a":{"b":1,"b":2}}"#)?.path == "a.b")
        #expect(fault(in: "\"a\u{1}\"")?.reason == "A control character in a string. (at byte 3)")
        #expect(fault(in: #""\u12g4""#)?.reason == "Expected four hexadecimal digits. (at byte 3)")
        #expect(fault(in: "1 2")?.reason == "Something follows the JSON. (at byte 2)")
    }

    @Test("finds a name that is there twice among many", arguments: [2, 15, 16, 17, 18, 40, 1000])
    func findsRepeatedNames(_ count: Int) {
        let names = (0..<count).map { "\"n\($0)\":{\"n0\":\($0)}" }
        #expect(fault(in: "{\(names.joined(separator: ","))}") == nil)
        for repeated in [0, count / 2, count - 1] {
            let text = "[{\(names.joined(separator: ",")),\"\\u006e\(repeated)\":0}]"
            #expect(fault(in: text)?.path == "[0].n\(repeated)")
        }
    }

    private func fault(in json: String) -> JSONFault? {
        do {
            try check(Array(json.utf8))
            return nil
        } catch {
            return error
        }
    }

    private func check(_ bytes: [UInt8]) throws(JSONFault) {
        _ = try Parser.nodes(of: bytes, .request)
    }
}
