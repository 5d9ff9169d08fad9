import Contracts
import FoundationEssentials
import Glibc
import Kafka

/// Records like the relay's, sent from memory as fast as librdkafka takes them.
enum ProducerLoop {
    /// How long `rows` records take until the last is acknowledged. Blocks its thread.
    static func time(
        _ rows: Int, to name: String, _ kafka: KafkaConfiguration
    ) throws -> Duration {
        var producer = try DirectProducer(kafka, logger: .quiet)
        let topic = try producer.topic(name)
        let payload = (0..<300).map { _ in UInt8.random(in: 32...126) }
        var headers = RecordHeaders()
        headers.append("ce_id", "019ab5a1-0000-7000-8000-000000000000")
        headers.append("ce_type", "bench.happened")
        headers.append("ce_source", "bench")
        var reports = DeliveryReports()
        var acknowledged = 0
        func collect(_ patience: Int32) throws {
            producer.poll(milliseconds: patience, into: &reports)
            if let failure = reports.failed.first { throw failure.error }
            acknowledged += reports.delivered.count
            reports.removeAll()
        }

        let start = ContinuousClock.now
        for number in 0..<rows {
            let key = Array("\(number % 10_000)".utf8)
            while !(try enqueue(&producer, topic, key, payload, headers)) { try collect(10) }
            if number % 256 == 0 { try collect(0) }
        }
        while acknowledged < rows { try collect(100) }
        return ContinuousClock.now - start
    }

    /// Sends `count` events with all that a relay writes around them, and waits until the broker
    /// has them. Blocks its thread.
    static func publish(_ count: Int, to name: String, _ kafka: KafkaConfiguration) throws {
        var producer = try DirectProducer(kafka, logger: .quiet)
        let topic = try producer.topic(name)
        let payload = (0..<300).map { _ in UInt8.random(in: 32...126) }
        let keys = 10_000
        let time = RFC3339.format(Date())
        var reports = DeliveryReports()
        for number in 0..<count {
            var headers = RecordHeaders()
            headers.append(EnvelopeHeader.id, UUIDv7.next().uuidString)
            headers.append(EnvelopeHeader.type, "bench.happened")
            headers.append(EnvelopeHeader.time, time)
            headers.append(EnvelopeHeader.specversion, EnvelopeHeader.specversionValue)
            headers.append(EnvelopeHeader.contentType, EnvelopeHeader.contentTypeValue)
            headers.append(EnvelopeHeader.source, "bench")
            headers.append(EnvelopeHeader.subject, "\(number)")
            headers.append(EnvelopeHeader.tenant, "bench")
            headers.append(EnvelopeHeader.sequence, "\(number)")
            if number >= keys { headers.append(EnvelopeHeader.previous, "\(number - keys)") }
            let key = Array("\(number % keys)".utf8)
            while !(try enqueue(&producer, topic, key, payload, headers)) {
                producer.poll(milliseconds: 10, into: &reports)
            }
        }
        while reports.delivered.count + reports.failed.count < count {
            producer.poll(milliseconds: 100, into: &reports)
        }
        if let failure = reports.failed.first { throw failure.error }
    }

    /// Sends numbered records, each in its time; tells when each was due. Blocks its thread.
    static func pace(
        _ loop: OpenLoop, to name: String, _ kafka: KafkaConfiguration
    ) throws -> [ContinuousClock.Instant] {
        var producer = try DirectProducer(kafka, logger: .quiet)
        let topic = try producer.topic(name)
        let payload = [UInt8](repeating: UInt8(ascii: "x"), count: 300)
        var reports = DeliveryReports()
        let start = ContinuousClock.now
        var dueTimes: [ContinuousClock.Instant] = []
        for number in 0..<loop.count {
            let due = loop.due(number, from: start)
            let pause = due - ContinuousClock.now
            if pause > .zero { usleep(UInt32(pause / .microseconds(1))) }
            let key = Array("\(number)".utf8)
            while !(try enqueue(&producer, topic, key, payload, RecordHeaders())) {
                producer.poll(milliseconds: 1, into: &reports)
            }
            producer.poll(into: &reports)
            dueTimes.append(due)
        }
        while reports.delivered.count + reports.failed.count < loop.count {
            producer.poll(milliseconds: 100, into: &reports)
        }
        if let failure = reports.failed.first { throw failure.error }
        return dueTimes
    }

    private static func enqueue(
        _ producer: inout DirectProducer, _ topic: DirectProducer.Topic, _ key: [UInt8],
        _ payload: [UInt8], _ headers: borrowing RecordHeaders
    ) throws(KafkaError) -> Bool {
        let result = key.withUnsafeBytes { key in
            payload.withUnsafeBytes { payload -> Result<Bool, KafkaError> in
                do throws(KafkaError) {
                    return .success(
                        try producer.enqueue(
                            topic, key: key, value: payload, headers: headers, token: 1))
                } catch {
                    return .failure(error)
                }
            }
        }
        return try result.get()
    }
}
