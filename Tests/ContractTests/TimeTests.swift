import Contracts
import FoundationEssentials
import Testing

@Suite("Times")
struct TimeTests {
    private let moment = Date(timeIntervalSince1970: 1_795_253_400.125)

    @Test("are written in UTC with milliseconds")
    func written() {
        #expect(RFC3339.format(moment) == "2026-11-21T09:30:00.125Z")
    }

    @Test(
        "are read with or without a fraction and in any offset",
        arguments: [
            ("2026-11-21T09:30:00.125Z", 0.125), ("2026-11-21T09:30:00Z", 0),
            ("2026-11-21T10:30:00.125+01:00", 0.125), ("2026-11-21T04:30:00-05:00", 0),
        ])
    func read(_ text: String, _ fraction: Double) {
        #expect(RFC3339.parse(text) == Date(timeIntervalSince1970: 1_795_253_400 + fraction))
    }

    @Test(
        "that are none are refused",
        arguments: ["", "now", "2026-11-21", "2026-13-21T09:30:00Z", "1795253400"])
    func refused(_ text: String) {
        #expect(RFC3339.parse(text) == nil)
        #expect(throws: DecodingError.self) {
            try WireJSON.decode([Date].self, from: Array("[\"\(text)\"]".utf8))
        }
    }

    @Test("are one JSON string")
    func json() throws {
        let json = try WireJSON.encode([moment])
        #expect(String(decoding: json, as: UTF8.self) == #"["2026-11-21T09:30:00.125Z"]"#)
        #expect(try WireJSON.decode([Date].self, from: json) == [moment])
    }
}
