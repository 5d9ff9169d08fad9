import CKafka
import Logging
import Synchronization

/// One librdkafka client: its handle, its configuration and where its log lines go.
///
/// `@unchecked Sendable`: `rd_kafka_t` may be used from any thread (librdkafka, INTRODUCTION.md,
/// "Threads and callbacks"). What is not safe is using it after `destroy`: whoever owns a client
/// destroys it last, and only once.
final class Client: @unchecked Sendable {
    let handle: OpaquePointer
    private let context: ClientContext

    /// Throws `.invalidConfiguration`.
    init(
        _ type: rd_kafka_type_t, _ settings: [String: String], context: ClientContext,
        _ prepare: (OpaquePointer) -> Void = { _ in }
    ) throws(KafkaError) {
        let configuration: OpaquePointer = rd_kafka_conf_new()
        do throws(KafkaError) {
            for (name, value) in settings { try Self.set(name, value, in: configuration) }
        } catch {
            rd_kafka_conf_destroy(configuration)
            throw error
        }
        context.install(in: configuration)
        prepare(configuration)

        var reason = [CChar](repeating: 0, count: 512)
        guard let handle = rd_kafka_new(type, configuration, &reason, reason.count) else {
            // librdkafka takes the configuration only when it succeeds.
            rd_kafka_conf_destroy(configuration)
            throw KafkaError(.invalidConfiguration, text(reason))
        }
        self.handle = handle
        self.context = context
    }

    /// Ends the client's threads. The handle must not be used afterwards.
    ///
    /// Seen to wait forever in librdkafka 2.0.2 after a topic was deleted under a consumer
    /// (2026-11): nobody should wait for it in turn.
    func destroy() { rd_kafka_destroy(handle) }

    /// The error after which the client is of no more use, if there was one.
    var fatalError: KafkaError? {
        if context.producerIsUnknown {
            return KafkaError(.fatal, "the cluster does not know this producer (any more)")
        }
        var reason = [CChar](repeating: 0, count: 512)
        let error = rd_kafka_fatal_error(handle, &reason, reason.count)
        return error == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(.fatal, text(reason))
    }

    /// Throws `.transport` or `.timedOut` if no broker is there. Blocks for that long at most.
    func findBroker(within milliseconds: Int32) throws(KafkaError) {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let error = rd_kafka_metadata(handle, 0, nil, &metadata, milliseconds)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(error) }
        rd_kafka_metadata_destroy(metadata)
    }

    private static func set(
        _ name: String, _ value: String, in configuration: OpaquePointer
    ) throws(KafkaError) {
        var reason = [CChar](repeating: 0, count: 512)
        let result = rd_kafka_conf_set(configuration, name, value, &reason, reason.count)
        if result != RD_KAFKA_CONF_OK { throw KafkaError(.invalidConfiguration, text(reason)) }
    }
}

/// What librdkafka's callbacks are given: where to log, and whom to tell of a rebalance.
class ClientContext {
    let logger: Logger
    private let unknownProducer = Atomic(false)

    init(logger: Logger) { self.logger = logger }

    /// Whether the cluster said that it does not know the producer's id.
    ///
    /// A broker that lost everything says so. librdkafka then raises the epoch of the same id and
    /// tries again at once, for ever, and tells of it in nothing but a debug line (2.0.2).
    var producerIsUnknown: Bool { unknownProducer.load(ordering: .relaxed) }

    /// Called on the polling thread when partitions come or go.
    func rebalance(
        _ handle: OpaquePointer, _ event: rd_kafka_resp_err_t,
        _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) {}

    fileprivate func install(in configuration: OpaquePointer) {
        // Unretained: the client holds its context, and no callback comes after rd_kafka_destroy.
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_log_cb(configuration) { handle, level, facility, line in
            guard let handle, let facility, let line else { return }
            let context = Unmanaged<ClientContext>.fromOpaque(rd_kafka_opaque(handle))
                .takeUnretainedValue()
            context.log(level, String(cString: facility), String(cString: line))
        }
        rd_kafka_conf_set_error_cb(configuration) { handle, error, reason, opaque in
            guard let reason, let opaque else { return }
            let context = Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
            let name = String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(error)))
            context.log(
                error == RD_KAFKA_RESP_ERR__FATAL.rawValue ? 3 : 4, name,
                String(cString: reason))
        }
    }

    /// librdkafka's levels are syslog's: 3 is an error, 7 is debug.
    ///
    /// A broker that is away is no error of this program: what librdkafka calls errors are
    /// warnings here.
    private func log(_ level: Int32, _ facility: String, _ line: String) {
        if facility == "UNKPID" { unknownProducer.store(true, ordering: .relaxed) }
        let level: Logger.Level =
            switch level {
            case ...2: .error
            case 3, 4: .warning
            case 5: .notice
            case 6: .info
            default: .debug
            }
        logger.log(level: level, "kafka: \(line)", metadata: ["facility": "\(facility)"])
    }
}

/// The text in a buffer that librdkafka wrote a C string into.
func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
