import TestSupport
import Testing

@testable import ServiceHost

@Suite("Strict JSON", .tags(.unit))
struct JSONScannerTests {
    @Test(
        "accepts every kind of JSON value",
        arguments: [
            "{}", "[]", "0", "-0", "-12", "true", "false", "null", #""""#, " { } ",
            #"{"a":[1,{"b":null}],"c":"x"}"#, #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, #""é😀""#,
        ])
    func accepts(_ json: String) throws {
        try JSONScanner.check(Array(json.utf8))
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
        #expect(throws: JSONFault.self) { try JSONScanner.check([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONFault.self) { try JSONScanner.check([0x22, 0xED, 0xA0, 0x80, 0x22]) }
        #expect(throws: JSONFault.self) { try JSONScanner.check([0x7B, 0x00, 0x7D, 0x00]) }
    }

    @Test("refuses nesting beyond its limit, and survives absurd nesting")
    func limitsNesting() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth)
                + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        try JSONScanner.check(nested(JSONScanner.maximumDepth))
        #expect(throws: JSONFault.self) { try JSONScanner.check(nested(33)) }
        #expect(throws: JSONFault.self) { try JSONScanner.check(nested(30_000)) }
        #expect(throws: JSONFault.self) {
            try JSONScanner.check(Array(repeating: UInt8(ascii: "["), count: 60_000))
        }
    }

    @Test("never traps on mangled input")
    func survivesGarbage() {
        let seed: UInt64 = 20_261_121
        print("seed \(seed)")
        var random = SplitMix64(state: seed)
        let whole = Array(#"{"a":[1,-20,{"b":"\ud83d\ude00é"}],"c":null,"d":true}"#.utf8)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    UInt8.random(in: .min ... .max, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count / 4, using: &random))
            try? JSONScanner.check(bytes)
        }
    }

    private func fault(in json: String) -> JSONFault? {
        do {
            try JSONScanner.check(Array(json.utf8))
            return nil
        } catch {
            return error
        }
    }
}
