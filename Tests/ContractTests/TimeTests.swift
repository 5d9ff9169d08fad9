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

@Suite("Times of our own form")
struct PlainTimeTests {
    private let foundation = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    @Test("are those that Foundation reads")
    func readAlike() throws {
        for _ in 0..<2000 {
            // Until 2100. From 2137 on a Date cannot tell neighbouring microseconds apart.
            let milliseconds = Int64.random(in: 0..<4_102_444_800_000)
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            let text = RFC3339.format(date)
            let ours = try #require(RFC3339.parse(text), "\(text)")
            let theirs = try Date(text, strategy: foundation)
            #expect(abs(ours.timeIntervalSince(theirs)) < 0.0001, "\(text)")
            #expect(RFC3339.format(ours) == text)
        }
    }

    @Test("keep the microseconds that they have")
    func microseconds() {
        let date = Date(timeIntervalSinceReferenceDate: 816_946_200.123457)
        #expect(RFC3339.format(date) == "2026-11-21T09:30:00.123457Z")
        #expect(RFC3339.parse("2026-11-21T09:30:00.123457Z") == date)
    }

    @Test(
        "know their calendar",
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0.0), ("2000-02-29T12:00:00.000Z", 951_825_600),
            ("2100-03-01T00:00:00.000Z", 4_107_542_400),
            ("9999-12-31T23:59:59.000Z", 253_402_300_799),
        ])
    func calendar(_ text: String, _ seconds: Double) {
        #expect(RFC3339.parse(text) == Date(timeIntervalSince1970: seconds))
        #expect(RFC3339.format(Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test(
        "are refused where there is no such day or hour",
        arguments: [
            "2100-02-29T00:00:00.000Z", "2026-04-31T00:00:00.000Z", "2026-00-10T00:00:00.000Z",
            "2026-11-21T24:00:00.001Z",
            "2026-11-21T09:60:00.000Z", "2026-11-21T09:30:0x.000Z",
        ])
    func refused(_ text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test("before 1970 are left to Foundation")
    func early() {
        let date = Date(timeIntervalSince1970: -1.5)
        #expect(RFC3339.format(date) == "1969-12-31T23:59:58.500Z")
        #expect(RFC3339.parse("1969-12-31T23:59:58.500Z") == date)
    }
}
