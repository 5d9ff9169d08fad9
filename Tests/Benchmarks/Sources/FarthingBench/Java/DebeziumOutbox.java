import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Debezium's engine with its outbox router, as Debezium Server runs it: each batch goes to Kafka and
 * is waited for. Prints how many events a second it published of the second half, so that neither the
 * JVM's start nor its warming up counts.
 *
 * Arguments: host, port, user, database, slot, publication, bootstrap servers, number of events.
 */
public final class DebeziumOutbox {
    private static int acknowledged = 0;
    /** When half of all were acknowledged, and how many those were. */
    private static long middle = 0;
    private static int before = 0;

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[7]);
        CompletableFuture<Long> done = new CompletableFuture<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka(arguments[6]))) {
            DebeziumEngine<ChangeEvent<SourceRecord, SourceRecord>> engine =
                DebeziumEngine.create(Connect.class)
                    .using(engine(arguments))
                    .using((success, message, error) -> {
                        if (!success) {
                            done.completeExceptionally(new IllegalStateException(message, error));
                        }
                    })
                    .notifying((records, committer) -> {
                        publish(records, committer, producer);
                        if (middle == 0 && acknowledged >= count / 2) {
                            middle = System.nanoTime();
                            before = acknowledged;
                        }
                        if (acknowledged >= count) {
                            done.complete(System.nanoTime());
                        }
                    })
                    .build();
            Thread thread = new Thread(engine);
            thread.setDaemon(true);
            thread.start();
            double seconds = (done.get() - middle) / 1e9;
            System.out.println((acknowledged - before) / seconds);
            System.out.flush();
        }
        // The engine waits for its next poll before it closes: nobody needs to.
        Runtime.getRuntime().halt(0);
    }

    private static void publish(
            List<ChangeEvent<SourceRecord, SourceRecord>> records,
            RecordCommitter<ChangeEvent<SourceRecord, SourceRecord>> committer,
            KafkaProducer<byte[], byte[]> producer) throws InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
        for (ChangeEvent<SourceRecord, SourceRecord> record : records) {
            sent.add(producer.send(kafkaRecord(record.value())));
        }
        for (int index = 0; index < records.size(); index++) {
            try {
                sent.get(index).get();
            } catch (java.util.concurrent.ExecutionException error) {
                throw new IllegalStateException(error.getCause());
            }
            committer.markProcessed(records.get(index));
        }
        committer.markBatchFinished();
        acknowledged += records.size();
    }

    private static ProducerRecord<byte[], byte[]> kafkaRecord(SourceRecord record) {
        ProducerRecord<byte[], byte[]> result =
            new ProducerRecord<>(record.topic(), bytes(record.key()), bytes(record.value()));
        for (Header header : record.headers()) {
            result.headers().add(header.key(), bytes(header.value()));
        }
        return result;
    }

    private static byte[] bytes(Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        if (value instanceof Struct) {
            throw new IllegalStateException("an event that was not routed: " + value);
        }
        return value.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static Properties kafka(String servers) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", servers);
        settings.put("acks", "all");
        settings.put("enable.idempotence", "true");
        settings.put("linger.ms", "1");
        settings.put("batch.size", "262144");
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        return settings;
    }

    private static Properties engine(String[] arguments) {
        Properties settings = new Properties();
        settings.put("name", "bench");
        settings.put("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        settings.put("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        settings.put("topic.prefix", "bench");
        settings.put("database.hostname", arguments[0]);
        settings.put("database.port", arguments[1]);
        settings.put("database.user", arguments[2]);
        settings.put("database.password", "");
        settings.put("database.dbname", arguments[3]);
        settings.put("plugin.name", "pgoutput");
        settings.put("slot.name", arguments[4]);
        settings.put("publication.name", arguments[5]);
        settings.put("publication.autocreate.mode", "disabled");
        settings.put("snapshot.mode", "no_data");
        settings.put("table.include.list", "public.outbox");
        // Four times its defaults, and no pause between polls: as fast as it was seen to be.
        settings.put("max.batch.size", "8192");
        settings.put("max.queue.size", "32768");
        settings.put("poll.interval.ms", "1");
        settings.put("transforms", "outbox");
        settings.put("transforms.outbox.type", "io.debezium.transforms.outbox.EventRouter");
        settings.put("transforms.outbox.route.by.field", "topic");
        settings.put("transforms.outbox.route.topic.replacement", "${routedByValue}");
        settings.put(
            "transforms.outbox.table.fields.additional.placement",
            "type:header:ce_type,headers:header:headers");
        return settings;
    }
}
