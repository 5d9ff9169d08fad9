import Contracts
import Testing

@Suite("An envelope")
struct EnvelopeTests {
    private let command = VoidHold(hold: Sample.hold, source: Sample.source)
    private let address = SagaAddress(
        saga: Sample.saga, step: "place-hold", direction: .compensation)
    private let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("takes its routing from the message that it wraps")
    func wraps() throws {
        let envelope = try sent()
        #expect(envelope.topic == "ledger.commands.v1")
        #expect(envelope.key == Sample.source.description)
        #expect(envelope.aggregate == "account")
        #expect(envelope.type == "ledger.void-hold.v1")
        #expect(envelope.subject == Sample.hold.description)
        #expect(try envelope.decode(VoidHold.self) == command)
    }

    @Test("comes back whole from the headers of its record")
    func roundTrip() throws {
        var sent = try sent()
        let received = try receive(sent, headers: record(of: sent))
        sent.aggregate = ""  // It does not travel.
        #expect(received == sent)
    }

    @Test("of an event comes back without a saga, and without a trace if it had none")
    func eventRoundTrip() throws {
        let event = try Envelope(
            HoldChanged(
                hold: Sample.hold, account: Sample.source, change: .voided,
                amount: Sample.usd(5)),
            source: "/farthing/ledger", tenant: "acme")
        #expect(event.storedHeaders.map(\.name) == ["ce_source", "ce_subject", "ce_tenant"])
        let received = try receive(event, headers: record(of: event))
        #expect(received.saga == nil)
        #expect(received.traceparent == nil)
    }

    @Test(
        "without a header that it needs is refused, and the header is named",
        arguments: [
            "ce_id", "ce_type", "ce_time", "ce_source", "ce_subject", "ce_tenant", "ce_sagastep",
            "ce_sagadirection",
        ])
    func missing(_ header: String) throws {
        let sent = try sent()
        #expect {
            try receive(sent, headers: record(of: sent).filter { $0.name != header })
        } throws: {
            ($0 as? EnvelopeError)?.header == header
        }
    }

    @Test(
        "with a malformed header is refused, and the header is named",
        arguments: [
            ("ce_id", "17"), ("ce_id", ""), ("ce_time", "yesterday"),
            ("ce_sagaid", "0190163d-8694-739b-aea5-966c26f8ad09"),
            ("ce_sagaid", "pay_0190163d-8694-739b-aea5-966c26f8ad09"),
            ("ce_sagadirection", "sideways"),
        ])
    func malformed(_ header: String, _ value: String) throws {
        let sent = try sent()
        let headers = record(of: sent).map {
            $0.name == header ? (name: header, value: value) : $0
        }
        #expect {
            try receive(sent, headers: headers)
        } throws: {
            ($0 as? EnvelopeError)?.header == header
        }
    }

    @Test("believes the first of two headers with one name, and ignores unknown ones")
    func repeatedHeaders() throws {
        let sent = try sent()
        let headers = record(of: sent) + [("ce_tenant", "mallory"), ("x-unknown", "1")]
        #expect(try receive(sent, headers: headers).tenant == "acme")
    }

    private func sent() throws -> Envelope {
        var envelope = try Envelope(
            command, source: "/farthing/payment", tenant: "acme", saga: address,
            traceparent: traceparent)
        // Headers carry milliseconds, and not what is finer.
        envelope.time = try #require(RFC3339.parse("2026-11-21T09:30:00.125Z"))
        return envelope
    }

    private func receive(
        _ sent: Envelope, headers: [(name: String, value: String)]
    ) throws -> Envelope {
        try Envelope(
            topic: sent.topic, key: sent.key,
            headers: headers.map { ($0.name, Array($0.value.utf8)) },
            payload: sent.payload)
    }

    /// The record's headers as the relay writes them.
    private func record(of envelope: Envelope) -> [(name: String, value: String)] {
        [
            (name: EnvelopeHeader.specversion, value: EnvelopeHeader.specversionValue),
            (name: EnvelopeHeader.contentType, value: EnvelopeHeader.contentTypeValue),
            (name: EnvelopeHeader.id, value: envelope.id.lowercased),
            (name: EnvelopeHeader.type, value: envelope.type),
            (name: EnvelopeHeader.time, value: RFC3339.format(envelope.time)),
        ] + envelope.storedHeaders
    }
}
