import Contracts
import FoundationEssentials
import Kafka
import Logging
import TestSupport
import Testing

@testable import Relay

@Suite("What the relay writes into a record", .tags(.unit))
struct WireTests {
    private func scan(_ json: String) throws -> [[String]] {
        var pairs: [[String]] = []
        try Array(json.utf8).withUnsafeBytes { bytes in
            try HeaderScanner.scan(bytes) { name, value in
                pairs.append([name, value].map { String(decoding: $0, as: UTF8.self) })
            }
        }
        return pairs
    }

    @Test("headers are read from a flat object of strings")
    func headers() throws {
        #expect(try scan("{}").isEmpty)
        #expect(try scan(" { } ").isEmpty)
        #expect(
            try scan(#"{"ce_source": "/farthing/ledger", "ce_tenant":"a b"}"#)
                == [["ce_source", "/farthing/ledger"], ["ce_tenant", "a b"]])
        #expect(try scan(#"{"": ""}"#) == [["", ""]])
        #expect(try scan(#"{"ü": "€ 🎉"}"#) == [["ü", "€ 🎉"]])
    }

    @Test("escapes are undone")
    func escapes() throws {
        #expect(
            try scan(#"{"a\"b": "\\ \/ \n \t \r \b \f \u0001 \u00e9 x"}"#)
                == [["a\"b", "\\ / \n \t \r \u{8} \u{C} \u{1} é x"]])
        // As programs write it that keep to ASCII.
        #expect(try scan(#"{"a": "\ud83c\uDF89!"}"#) == [["a", "🎉!"]])
    }

    @Test(
        "anything else is malformed",
        arguments: [
            "", "{", "[]", #"{"a"}"#, #"{"a":1}"#, #"{"a":{}}"#, #"{"a":"b""#, #"{"a":"b",}"#,
            #"{"a":"b"}x"#, #"{"a":"\"#, #"{"a":"\u12"#, #"{"a":"\q"}"#, #"{"a":"\ud800"}"#,
            #"{"a":"\udf89"}"#, #"{"a":"\ud83cx"}"#, #"{"a":"\ud83c\n"}"#, #"{"a":"\ud83c\u"#,
            #"{"a":"\ud83c\u0041"}"#,
        ])
    func malformed(json: String) {
        let error = #expect(throws: RelayError.self) { try scan(json) }
        #expect(error?.code == .malformedRow)
    }

    @Test("an id is written as Contracts writes it")
    func ids() {
        for _ in 0..<100 {
            let id = UUID()
            let text = withUnsafeBytes(of: id.uuid) { bytes in
                WireText.withUUID(bytes) { String(decoding: $0, as: UTF8.self) }
            }
            #expect(text == id.lowercased)
        }
    }

    private func time(_ microseconds: Int64) -> String {
        WireText.withTime(microseconds) { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a time is RFC 3339, over leap days, centuries and the epoch")
    func times() {
        let day: Int64 = 86_400_000_000
        #expect(time(0) == "2000-01-01T00:00:00.000Z")
        #expect(time(1_234_567) == "2000-01-01T00:00:01.234Z")
        #expect(time(-1) == "1999-12-31T23:59:59.999Z")
        #expect(time(59 * day) == "2000-02-29T00:00:00.000Z")
        #expect(time(60 * day) == "2000-03-01T00:00:00.000Z")
        #expect(time(36_525 * day) == "2100-01-01T00:00:00.000Z")
    }

    @Test("a time agrees with Foundation on days of five centuries, and at random moments")
    func timesAgree() {
        func check(_ milliseconds: Int64) {
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000 + 946_684_800)
            #expect(time(milliseconds * 1000) == RFC3339.format(date))
        }
        for day in stride(from: -36_524, to: 146_100, by: 11) as StrideTo<Int64> {
            check(day * 86_400_000)
        }
        var random = SeededRandom.fromEnvironment()
        // Whole quarters of a second, which a Double holds exactly.
        for _ in 0..<500 {
            check(Int64.random(in: -12_000_000_000...36_000_000_000, using: &random) * 250)
        }
    }

    @Test("the environment is read, and what is wrong in it is named")
    func configuration() throws {
        let environment = [
            "RELAY_SOURCES": "payment=postgres://a:1,b:2/payment,ledger=postgresql://c/ledger",
            "KAFKA_BOOTSTRAP": "k:9092", "HTTP_PORT": "8080",
            "KAFKA_PRODUCER_LINGER_MS": "3", "LOG_LEVEL": "DEBUG",
        ]
        let read = try RelayConfiguration(environment)
        #expect(read.sources.map(\.name) == ["payment", "ledger"])
        #expect(
            read.sources.map(\.url) == ["postgres://a:1,b:2/payment", "postgresql://c/ledger"])
        #expect(read.kafka.settings == ["linger.ms": "3"])
        #expect(read.topics == TopicMaker.Shape(partitions: 4, replication: nil))
        let shaped = try RelayConfiguration(
            environment.merging([
                "RELAY_TOPIC_PARTITIONS": "12", "RELAY_TOPIC_REPLICATION": "3",
                "RELAY_GATHER_MS": "0",
            ]) { $1 })
        #expect(shaped.topics == TopicMaker.Shape(partitions: 12, replication: 3))
        #expect(read.gathering == .milliseconds(10))
        #expect(shaped.gathering == .zero)
        #expect(read.logLevel == .debug)

        for (name, value) in [
            ("RELAY_SOURCES", "x"), ("RELAY_SOURCES", "A=postgres://x"), ("RELAY_SOURCES", ""),
            ("RELAY_SOURCES", "a=postgres://x,a=postgres://y"), ("HTTP_PORT", "70000"),
            ("LOG_LEVEL", "loud"), ("KAFKA_BOOTSTRAP", ""), ("RELAY_TOPIC_PARTITIONS", "0"),
            ("RELAY_TOPIC_REPLICATION", "-1"), ("RELAY_GATHER_MS", "1001"),
            ("KAFKA_PRODUCER_MESSAGE_TIMEOUT_MS", "60000"),
            ("KAFKA_PRODUCER_DELIVERY_TIMEOUT_MS", "0"),
            ("KAFKA_PRODUCER_QUEUE_BUFFERING_MAX_KBYTES", "1GB"),
        ] {
            let error = #expect(throws: RelayError.self) {
                try RelayConfiguration(environment.merging([name: value]) { $1 })
            }
            #expect(error?.message.contains(name) == true)
        }
    }
}
