import Kafka
import Logging
import ServiceLifecycle

/// The topics of one consumer group, from Kafka into the database, for as long as the process
/// lives.
///
/// Offsets are stored only after the commit. A batch that cannot be committed now is kept and
/// tried again: nothing behind it is read, so each partition stays in order.
struct ConsumerLoop: Service {
    let makeConsumer: @Sendable () throws -> Consumer
    let pipelines: [String: BatchPipeline]
    let logger: Logger

    /// DESIGN §8.
    private static let batch = 500
    /// How long it may take to notice that the process is to end.
    private static let patience = Duration.milliseconds(200)

    private enum End { case consumerFailed, processEnds }

    func run() async throws {
        var backoff = Backoff(first: .milliseconds(500))
        while true {
            let consumer = try makeConsumer()
            let end = await consume(from: consumer)
            await consumer.close()
            if end == .processEnds { return }
            await Backoff.sleep(backoff.next())
        }
    }

    private func consume(from consumer: Consumer) async -> End {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                let messages = try await consumer.nextBatch(
                    max: Self.batch, within: Self.patience)
                if !messages.isEmpty { try await process(messages, consumer) }
            } catch is BatchPipeline.Stopped {
                return .processEnds
            } catch {
                logger.error("consumer failed", metadata: ["error": "\(error)"])
                return .consumerFailed
            }
        }
        return .processEnds
    }

    /// Takes each run of messages of one topic through its pipeline, then stores its offsets.
    private func process(_ messages: [ConsumedMessage], _ consumer: Consumer) async throws {
        var rest = messages[...]
        while let topic = rest.first?.topic {
            let run = Array(rest.prefix { $0.topic == topic })
            rest = rest.dropFirst(run.count)
            guard let pipeline = pipelines[topic] else { continue }
            try await pipeline.process(run)
            let operation = pipeline.topic.operation
            do {
                try await Failpoint.reach("\(operation).before-store-offset")
                consumer.store(run)
                try await Failpoint.reach("\(operation).after-store-offset")
            } catch {
                logger.warning("offsets not stored", metadata: ["error": "\(error)"])
            }
        }
    }
}
